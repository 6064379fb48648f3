/// Where the settings of a trial lie, each within 0 and 1; nothing for an axis that does not count there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Point(pub Vec<Option<f64>>);
