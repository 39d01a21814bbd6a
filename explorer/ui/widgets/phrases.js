// Phrases: prompts put together from what a model knows by name (see model_words.py), in the language of the page. Pure.

// A prompt of a subject, and perhaps a place or the colour of its background, and a style; '' without a subject.
export function phrase({ subject, place, colour, style }, language = 'en') {
  if (!subject) return '';
  if (!subject[language]) {
    const where = place ?? colour;
    return [style && `${style.text} of`, subject.text, where?.text].filter(Boolean).join(' ');
  }
  const where = place ? `${place[language]}的` : colour ? `${colour[language]}背景上的` : '';
  return where + subject[language] + (style ? `，${style[language]}` : '');
}

// Numbers from 0 to 1 that follow from a seed (mulberry32).
export function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// What a throw of the dice gives: a common subject, mostly somewhere, sometimes in a style. The same seed, the same.
export function throwDice({ subjects, places, colours, styles }, seed) {
  const next = dice(seed);
  const one = (list) => list[Math.floor(next() * list.length)];
  const subject = one(subjects.filter(({ common }) => common));
  const [where, painted] = [next(), next()];
  return {
    subject,
    ...(where < 0.65 ? { place: one(places) } : where < 0.85 ? { colour: one(colours) } : {}),
    ...(painted < 0.3 ? { style: one(styles) } : {}),
  };
}

// The entries in whose names each of the words is, in any language; all for none.
export function found(entries, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ find }) => words.every((word) => find.includes(word)));
}
