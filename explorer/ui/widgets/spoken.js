// What a widget says, in every language.

import { said } from './said.js'; // made of texts/ by widget.py

// The phrases of its kinds, and what else it was told: language -> key -> text.
export function spoken({ phrases = [], texts = {} }) {
  const found = {};
  for (const part of [...phrases.map((kind) => said[kind]), texts])
    for (const [tag, words] of Object.entries(part)) found[tag] = { ...found[tag], ...words };
  return found;
}
