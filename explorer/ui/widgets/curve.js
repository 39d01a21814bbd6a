// Curve: one number a frame as a line with a dot at the present frame, drawn to the same measure as a scrubber's rail.
//
//   const curve = new Curve(svg);   // an empty <svg class="curve" aria-hidden="true" preserveAspectRatio="none">
//   curve.draw([0, 0.2, 0.35]);     // a number for every frame; null where there is none; [] or one number: hidden
//   curve.at(1);                    // the dot goes there
//   curve.low, curve.high           // what its bottom and its top stand for (the bottom is 0 unless a number is below)
//
// `curve.draw(numbers, i)` does both. Frame 0 is at the left edge of the svg and the last one at the right edge: inset
// the svg as the rail is (half a thumb on both sides). The look is the style sheet's: .curve path, and of its three
// paths .curve-area, .curve-line and .curve-dot. It makes no request, has no listener, and says nothing: the words
// (and those for screen readers) belong to the view.

export class Curve {
  constructor(svg) {
    this.svg = svg;
    const [area, line, dot] = ['area', 'line', 'dot'].map((name) => {
      const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('class', 'curve-' + name);
      path.setAttribute('vector-effect', 'non-scaling-stroke');
      svg.append(path);
      return path;
    });
    Object.assign(this, { area, line, dot });
    this.draw([]);
  }

  draw(numbers, i = 0) {
    const known = numbers.filter(Number.isFinite);
    Object.assign(this, { numbers, low: Math.min(0, ...known), high: Math.max(0, ...known) });
    this.svg.toggleAttribute('hidden', numbers.length < 2);
    this.svg.setAttribute('viewBox', `0 0 ${Math.max(1, numbers.length - 1)} 1`);
    const places = numbers.map((number, k) => (Number.isFinite(number) ? `${k} ${this.height(number)}` : null));
    const runs = places.map((place, k) => place && (places[k - 1] ? 'L' : 'M') + place).filter(Boolean);
    this.line.setAttribute('d', runs.join(''));
    const whole = known.length === numbers.length && known.length > 1;
    this.area.setAttribute('d', whole ? `M0 ${this.height(0)}L${places.join('L')}V${this.height(0)}Z` : '');
    this.at(i);
  }

  // The dot is a stroke without length: round caps stay round however the svg is stretched.
  at(i) {
    const here = Number.isFinite(this.numbers[i]);
    this.dot.setAttribute('d', here ? `M${i} ${this.height(this.numbers[i])}h0` : '');
  }

  // 0 at the top of the svg, 1 at its bottom; a curve that is 0 throughout lies at the bottom.
  height(number) {
    return this.high > this.low ? 1 - (number - this.low) / (this.high - this.low) : 1;
  }
}
