// Prompts put together from the model's words, by hand and by the dice.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dice, found, phrase, throwDice } from '../../../explorer/ui/widgets/phrases.js';

const words = JSON.parse(readFileSync(new URL('../../../assets/pocket/words.json', import.meta.url)));
const named = (kind, name) => words[kind].find((entry) => entry.name === name);
const picked = { subject: named('subjects', 'owl'), place: named('places', 'snow'), style: named('styles', 'watercolor') };

test('a phrase is said in the language of the page, and of a model without that language in English', () => {
  assert.equal(phrase(picked), 'a watercolor painting of an owl in the snow');
  assert.equal(phrase(picked, 'zh'), '雪地里的猫头鹰，水彩画');
  assert.equal(phrase(picked, 'zh-TW'), '雪地裡的貓頭鷹，水彩畫');
  assert.equal(phrase({ subject: picked.subject, colour: named('colours', 'red') }), 'an owl on a red background');
  assert.equal(phrase({ subject: picked.subject, colour: named('colours', 'red') }, 'zh'), '红色背景上的猫头鹰');
  assert.equal(phrase({ subject: { name: 'owl', text: 'an owl' } }, 'zh'), 'an owl');
  assert.equal(phrase({ place: picked.place }), '');
});

test('the dice follow from their seed, and take common things', () => {
  assert.deepEqual(throwDice(words, 7), throwDice(words, 7));
  const throws = Array.from({ length: 400 }, (_, seed) => throwDice(words, seed));
  assert.ok(throws.every(({ subject, place, colour }) => subject.common && !(place && colour)));
  assert.ok(new Set(throws.map((each) => phrase(each))).size > 380);
  const share = (is) => throws.filter(is).length / throws.length;
  assert.ok(Math.abs(share(({ place }) => place) - 0.65) < 0.08);
  assert.ok(Math.abs(share(({ style }) => style) - 0.3) < 0.08);
  const numbers = dice(1);
  assert.ok(Array.from({ length: 1000 }, numbers).every((n) => n >= 0 && n < 1));
});

test('the search finds what has all the words in one of its names', () => {
  const entries = [{ name: 'cat', find: 'cat 猫 貓' }, { name: 'black cat', find: 'black cat 黑猫' }];
  assert.deepEqual(found(entries, 'CAT bl').map(({ name }) => name), ['black cat']);
  assert.deepEqual(found(entries, '猫').map(({ name }) => name), ['cat', 'black cat']);
  assert.equal(found(entries, ' ').length, 2);
});
