//! One axis of a space: which settings there are, and where each lies between 0 and 1.

/// What one setting may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// A number between two ends, both included.
    Real {
        /// The lower end.
        from: f64,
        /// The upper end.
        to: f64,
        /// Whether equal ratios are as likely as each other, and not equal differences.
        log: bool,
    },
    /// A whole number between two ends, both included.
    Whole {
        /// The lower end.
        from: i64,
        /// The upper end.
        to: i64,
        /// As for [`Domain::Real`].
        log: bool,
    },
    /// One of so many things without an order.
    Choice {
        /// How many.
        of: usize,
    },
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// A number.
    Real(f64),
    /// A whole number.
    Whole(i64),
    /// The place of a choice in its list.
    Choice(usize),
}

impl Domain {
    /// The setting at a place within 0 and 1; numbers have four digits that count, so that they can be written down.
    pub fn setting(&self, place: f64) -> Setting {
        match *self {
            Self::Real { from, to, log } => Setting::Real(four_digits(between(from, to, log, place)).clamp(from, to)),
            Self::Whole { from, to, log } => {
                let (low, high) = cells(from, to);
                let nearest = libm::round(between(low, high, log, place)) as i64;
                Setting::Whole(nearest.clamp(from, to))
            }
            Self::Choice { of } => Setting::Choice(((place * of as f64) as usize).min(of.saturating_sub(1))),
        }
    }

    /// Where a setting lies; a choice, in the middle of its share.
    pub fn place(&self, setting: Setting) -> f64 {
        match (*self, setting) {
            (Self::Real { from, to, log }, Setting::Real(value)) => share(from, to, log, value),
            (Self::Whole { from, to, log }, Setting::Whole(value)) => {
                let (low, high) = cells(from, to);
                share(low, high, log, value as f64)
            }
            (Self::Choice { of }, Setting::Choice(choice)) => (choice as f64 + 0.5) / of as f64,
            _ => 0.5,
        }
    }

    /// Places of a grid: every choice; of numbers so many from end to end, whole ones each once.
    pub fn grid(&self, points: usize) -> Vec<f64> {
        let wanted = match *self {
            Self::Choice { of } => return (0..of).map(|choice| self.place(Setting::Choice(choice))).collect(),
            Self::Whole { from, to, .. } => points.min(usize::try_from(to - from + 1).unwrap_or(points)),
            Self::Real { .. } => points,
        };
        let (first, last) = self.ends();
        let step = |i: usize| if wanted < 2 { 0.5 } else { i as f64 / (wanted - 1) as f64 };
        let at = |i| self.place(self.setting(first + step(i) * (last - first)));
        let mut places: Vec<f64> = (0..wanted).map(at).collect();
        places.dedup();
        places
    }

    fn ends(&self) -> (f64, f64) {
        match *self {
            Self::Whole { from, to, .. } => (self.place(Setting::Whole(from)), self.place(Setting::Whole(to))),
            _ => (0.0, 1.0),
        }
    }
}

/// Half a step beyond both ends, so that the ends are as likely as what is between.
fn cells(from: i64, to: i64) -> (f64, f64) {
    (from as f64 - 0.5, to as f64 + 0.5)
}

fn between(from: f64, to: f64, log: bool, share: f64) -> f64 {
    match log {
        true => libm::exp(libm::log(from) + share * (libm::log(to) - libm::log(from))),
        false => from + share * (to - from),
    }
}

fn share(from: f64, to: f64, log: bool, value: f64) -> f64 {
    let share = match log {
        true => (libm::log(value) - libm::log(from)) / (libm::log(to) - libm::log(from)),
        false => (value - from) / (to - from),
    };
    share.clamp(0.0, 1.0)
}

fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
