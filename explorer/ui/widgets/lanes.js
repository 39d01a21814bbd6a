// Lanes: what frames.json says about denoisings side by side. Pure functions of `frames`, a list of
// {caption, coordinates: [lane, step, layer], settings}; nothing here touches the page.

const ascending = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);

// {lanes, steps, layers}: the values that each coordinate takes, and `find(lane, step, layer)`, the index of the frame
// there, -1 where there is none.
function gridOf(frames) {
  const along = (k) => ascending(frames.map(({ coordinates }) => coordinates?.[k] ?? 0));
  const [lanes, steps, layers] = [0, 1, 2].map(along);
  const places = new Map(frames.map(({ coordinates }, i) => [(coordinates ?? []).join(), i]));
  return { lanes, steps, layers, find: (...place) => places.get(place.join()) ?? -1 };
}

// What tells each lane from the others: its prompt, its guidance, or both; '' for a lane that is alone. `guided` says a
// scale in words.
function laneNames(frames, { lanes, steps, layers, find }, guided = (scale) => 'guidance ' + scale) {
  const told = lanes.map((lane) => frames[find(lane, steps[0], layers[0])]?.settings ?? {});
  const differs = (key) => new Set(told.map((settings) => settings[key])).size > 1;
  const [prompts, scales] = [differs('prompt'), differs('guidance_scale')];
  return told.map(({ prompt = '', guidance_scale: scale }) => {
    const parts = [prompts && prompt, scales && guided(Number(scale))];
    return parts.filter(Boolean).join(', ');
  });
}

// A number as people write it, to two digits or so: 14.6, 3.4, 0.23, 0.029.
const rough = (x) => String(Number(x.toPrecision(x >= 10 ? 3 : 2)));

// The frame among `here` that lies nearest to `wanted` in the list `row`, the earlier one of two; -1 if none is here.
function nearestIn(row, wanted, here) {
  const place = row.indexOf(wanted);
  const far = (i) => Math.abs(row.indexOf(i) - place);
  return row.filter((i) => here.has(i)).reduce((best, i) => (best < 0 || far(i) < far(best) ? i : best), -1);
}
