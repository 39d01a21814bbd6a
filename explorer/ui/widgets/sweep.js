// Sweep: what frames.json says about the pictures of a sweep. Pure functions of `frames`, a list of
// {caption, coordinates: [column, row], settings}; each of the three may be missing (older runs).

const SHORT = 8; // characters that fit under a thumbnail

// The frames' indices row by row: those of one second coordinate are a row, the first coordinate orders it.
function rowsOf(frames, count) {
  const rows = new Map();
  for (let i = 0; i < count; i++) {
    const row = frames[i]?.coordinates?.[1];
    if (!rows.has(row)) rows.set(row, []);
    rows.get(row).push(i);
  }
  const column = (i) => frames[i]?.coordinates?.[0] ?? i;
  return [...rows.values()].map((row) => row.sort((i, j) => column(i) - column(j)));
}

// The names of the settings that the columns and the rows stand for, '' where no setting is the coordinate.
function axesOf(frames) {
  const stands = (name, k) => frames.every(({ settings, coordinates }) => settings?.[name] === coordinates?.[k]);
  const names = Object.keys(frames[0]?.settings ?? {});
  const column = names.find((name) => stands(name, 0)) ?? '';
  return [column, names.find((name) => name !== column && stands(name, 1)) ?? ''];
}

const spaced = (name) => name.replaceAll('_', ' ');

const round = (x) => String(Number(Number(x).toFixed(3)));

// What is written under a thumbnail: its caption if that is short, else its place in the row.
function labelOf(frames, i) {
  const { caption = '', coordinates = [] } = frames[i] ?? {};
  if (caption && [...caption].length <= SHORT) return caption;
  return coordinates.length ? round(coordinates[0]) : String(i + 1);
}

// What is written over a row: its own title if the settings have one, else "seed 193".
function rowLabelOf(frames, i, axis) {
  const title = frames[i]?.settings?.row;
  if (title) return String(title);
  const row = frames[i]?.coordinates?.[1];
  return row === undefined ? '' : `${spaced(axis)} ${round(row)}`.trim();
}

// [name, value of a, value of b] of each setting in which two frames differ; null if the run did not keep settings.
function differing(frames, a, b) {
  const [first, second] = [a, b].map((i) => frames[i]?.settings ?? {});
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  if (!names.length) return null;
  const differs = (name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]);
  return names.filter(differs).map((name) => [name, first[name], second[name]]);
}

// A setting's value as people write it; `nothing` stands for an empty or missing one.
function written(value, nothing) {
  if (value === undefined || value === null || value === '') return nothing;
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
