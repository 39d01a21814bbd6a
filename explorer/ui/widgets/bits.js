// The set bits of a hexadecimal number, lowest first: which frames are ready, as `mask` of views.py writes it.
function bitsOf(hex) {
  const bits = [];
  for (let k = 0; k < hex.length; k++) {
    const digit = parseInt(hex[hex.length - 1 - k], 16);
    for (let b = 0; b < 4; b++) if (digit & (1 << b)) bits.push(4 * k + b);
  }
  return bits;
}
