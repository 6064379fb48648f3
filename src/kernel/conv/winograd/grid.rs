//! How tiles lie over outputs.

use super::PLACES;

/// Rows of tiles of 2×2 pixels over whole rows of pixels; the last row and column of tiles may reach beyond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub rows: usize,
    /// Tiles in a row.
    pub across: usize,
    /// Pixels in a row.
    pub width: usize,
    pub channels: usize,
    /// Floats from tile to tile of what is transformed: tile by tile, place by place, channel by channel.
    pub pitch: usize,
}

/// A tile: where its places and its pixels begin, and how many rows and columns of pixels it has.
pub(super) struct Tile {
    pub places: usize,
    pub pixels: usize,
    pub size: [usize; 2],
}

impl Grid {
    /// The tiles over so many floats of pixels.
    ///
    /// # Panics
    /// If they do not cover the pixels, or their places take more than so many floats.
    #[inline(always)]
    pub(super) fn tiles(self, pixels: usize, places: usize) -> impl Iterator<Item = Tile> {
        let height = pixels / (self.width * self.channels);
        assert!(height <= 2 * self.rows && self.width <= 2 * self.across, "too few tiles");
        assert!(self.rows * self.across * self.pitch <= places, "too many tiles");
        assert!(PLACES * self.channels <= self.pitch, "tiles overlap");
        (0..self.rows * self.across).map(move |tile| {
            let (y, x) = (tile / self.across * 2, tile % self.across * 2);
            Tile {
                places: tile * self.pitch,
                pixels: (y * self.width + x) * self.channels,
                size: [height.saturating_sub(y).min(2), self.width.saturating_sub(x).min(2)],
            }
        })
    }
}
