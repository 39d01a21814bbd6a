"""One palette for a whole film, and a dither that stands still.

Contract: `Palette.of` chooses up to 256 colours from all frames of a film, `quantize` renders a frame in them. A
pixel's outcome depends on that pixel and its place alone: what does not change between two frames does not change in
the film.

It does not know the GIF format.

Why this dither: none at all leaves bands whose edges crawl as the film moves. Floyd-Steinberg hides them, but its grain
boils, because every pixel depends on all above it. On twelve frames of a slow film of the bundled model, the error seen
from afar (rms of means over 4 x 4 pixels, in levels) and how much each pixel's error changes from frame to frame were
3.1 and 3.6 with none, 1.6 and 8.4 with Floyd-Steinberg, 2.6 and 3.7 with Bayer's matrix added before the nearest colour
is taken, 1.8 and 4.6 with the mixtures below.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.outputs.enlarging import Opener, as_it_is

_SAMPLES = 200_000  # pixels of the contact sheet, over all frames
_MIX = 16  # palette colours that are mixed to one colour: the pixels of a 4 x 4 tile
_ERROR = 0.3  # how much of its error so far a mixture corrects; 1 is nearest on average and grainiest
_BITS = 6  # of each channel; a mixture is made for every colour of that grid, and other colours alternate tile by tile
_CHUNK = 8192  # colours mixed at once: 8 MB of distances
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def bayer(doublings: int) -> np.ndarray:
    """The ordered-dither matrix of side 2**doublings: its ranks from 0, spread evenly over the tile (Bayer 1973)."""
    matrix = np.zeros((1, 1), np.intp)
    for _ in range(doublings):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return matrix


class Palette:
    """(n, 3) colours in levels, n <= 256, and the mixtures of them that stand for other colours, made when needed."""

    def __init__(self, colours: np.ndarray):
        self.colours = colours.astype(np.float32)
        cells = 1 << 3 * _BITS
        self._mixtures, self._known = np.empty((cells, _MIX), np.uint8), np.zeros(cells, bool)

    @classmethod
    def of(cls, pictures: Sequence[Path], opener: Opener = as_it_is) -> Palette:
        """The palette of all `pictures` as `opener` makes them, which must not be empty.

        Over a film of the bundled model and over moving gradients, maximum coverage with k-means had the smallest
        error of Pillow's quantisers: rms 4.7 and 3.8 levels; octree 5.8 and 4.2, median cut 6.6 and 4.4.
        """
        sheet = contact_sheet(pictures, opener).quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
        return cls(np.array(sheet.getpalette()).reshape(-1, 3))

    def quantize(self, picture: Image.Image) -> Image.Image:
        """An RGB picture in the colours of the palette, mode P."""
        rows, columns = picture.height, picture.width
        tiles = (rows // 4 + 1, columns // 4 + 1)
        ranks = np.tile(bayer(2), tiles)[:rows, :columns]
        turns = np.kron(np.tile(bayer(1), tiles), np.ones((4, 4), np.intp))[:rows, :columns]
        cells = self._cells(np.asarray(picture, np.float32), turns / 4)
        frame = Image.fromarray(self._mixtures[cells, ranks])
        frame.putpalette(self.colours.astype(np.uint8).tobytes())
        return frame

    def _cells(self, pixels: np.ndarray, turns: np.ndarray) -> np.ndarray:
        """(height, width) places on the grid of colours, every one of which has its mixture now.

        A colour between two places falls up or down by `turns` (0 <= turn < 1), right on average.
        """
        last = (1 << _BITS) - 1
        red, green, blue = np.moveaxis((pixels * (last / 255) + turns[..., None] + 1 / 8).astype(np.intp), -1, 0)
        cells = red << 2 * _BITS | green << _BITS | blue
        new = np.unique(cells[~self._known[cells]])
        for start in range(0, len(new), _CHUNK):
            part = new[start : start + _CHUNK]
            grid = np.stack([part >> 2 * _BITS, part >> _BITS, part], -1) & last
            self._mixtures[part] = self._mix(grid * (255 / last))
        self._known[new] = True
        return cells

    def _mix(self, wanted: np.ndarray) -> np.ndarray:
        """(n, 3) levels to (n, 16) palette indices, dark to light, whose mean comes near (Knoll's pattern dither)."""
        wanted = wanted.astype(np.float32)
        error = np.zeros_like(wanted)
        mixture = np.empty((len(wanted), _MIX), np.intp)
        for i in range(_MIX):
            mixture[:, i] = self._nearest(wanted + _ERROR * error)
            error += wanted - self.colours[mixture[:, i]]
        order = np.argsort((self.colours @ _LUMA)[mixture], axis=1, kind="stable")
        return np.take_along_axis(mixture, order, axis=1)

    def _nearest(self, wanted: np.ndarray) -> np.ndarray:
        return (np.square(self.colours).sum(1) - 2 * wanted @ self.colours.T).argmin(1)


def contact_sheet(pictures: Sequence[Path], opener: Opener = as_it_is) -> Image.Image:
    """Samples of every picture in one column: real pixels of it, not means, which would lose the rare colours."""
    side = max(4, int((_SAMPLES / len(set(pictures))) ** 0.5))
    tiles = []
    for path in dict.fromkeys(pictures):  # back and forth names most pictures twice
        picture = opener(path)
        size = (min(side, picture.width), min(side, picture.height))
        tiles.append(np.asarray(picture.resize(size, Image.Resampling.NEAREST)).reshape(-1, 1, 3))
    return Image.fromarray(np.concatenate(tiles))
