//! How many flows that one channel limits cross another: where there are few channels, kept for each two of them, so that
//! what a channel's level changes is worked out by channel instead of by flow.

/// More channels than that have hardly more than a flow to a pair.
const MOST: usize = 256;
/// Not in the list.
const OUT: u16 = u16::MAX;

/// Of a channel that limits flows.
#[derive(Clone, Debug)]
struct Row {
    /// The others that they cross, and how often.
    crossed: Vec<(u32, u32)>,
    /// By channel: its place in the list.
    places: Vec<u16>,
}

/// By channel; none: pairs are not kept.
#[derive(Clone, Debug)]
pub(super) struct Pairs(Vec<Row>);

impl Pairs {
    pub(super) fn new(channels: usize) -> Self {
        if channels > MOST {
            return Self::none();
        }
        Self(vec![Row { crossed: Vec::new(), places: vec![OUT; channels] }; channels])
    }

    /// None are kept.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// A channel limits a flow from now on that crosses another.
    #[inline]
    pub(super) fn add(&mut self, limits: u32, crossed: u32) {
        let Some(row) = self.0.get_mut(limits as usize) else { return };
        let place = &mut row.places[crossed as usize];
        match row.crossed.get_mut(usize::from(*place)) {
            Some((_, count)) => *count += 1,
            None => {
                *place = row.crossed.len() as u16;
                row.crossed.push((crossed, 1));
            }
        }
    }

    /// It limits it no more.
    #[inline]
    pub(super) fn subtract(&mut self, limits: u32, crossed: u32) {
        let Some(row) = self.0.get_mut(limits as usize) else { return };
        let place = usize::from(row.places[crossed as usize]);
        row.crossed[place].1 -= 1;
        if row.crossed[place].1 == 0 {
            row.crossed.swap_remove(place);
            row.places[crossed as usize] = OUT;
            if let Some((moved, _)) = row.crossed.get(place) {
                row.places[*moved as usize] = place as u16;
            }
        }
    }

    /// The others that flows cross which a channel limits, and how often; `None`: it is not known.
    #[inline]
    pub(super) fn crossed(&self, limits: u32) -> Option<&[(u32, u32)]> {
        self.0.get(limits as usize).map(|row| &row.crossed[..])
    }
}
