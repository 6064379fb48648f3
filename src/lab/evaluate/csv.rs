//! Tables as comma-separated text: what does not apply is empty, never 0.

use crate::store::parquet::{Column, Columns};
use std::borrow::Cow;

/// Numbers stand in the shortest form that reads back; NaN, which stands for nothing, is left out.
pub fn csv(columns: &Columns) -> String {
    let names: Vec<String> = columns.names().map(|name| quoted(name).into_owned()).collect();
    let all: Vec<Vec<String>> = columns.iter().map(|(_, column)| written(column)).collect();
    let row = |i: usize| all.iter().map(|c| c[i].as_str()).collect::<Vec<_>>().join(",");
    std::iter::once(names.join(",")).chain((0..columns.rows()).map(row)).map(|line| line + "\n").collect()
}

fn written(column: &Column) -> Vec<String> {
    let real = |v: &f64| if v.is_nan() { String::new() } else { v.to_string() };
    match column {
        Column::Str(values) => values.iter().map(|v| quoted(v).into_owned()).collect(),
        Column::U32(values) => values.iter().map(u32::to_string).collect(),
        Column::U64(values) => values.iter().map(u64::to_string).collect(),
        Column::F32(values) => values.iter().map(|v| if v.is_nan() { String::new() } else { v.to_string() }).collect(),
        Column::F64(values) => values.iter().map(real).collect(),
        Column::Bool(values) => values.iter().map(bool::to_string).collect(),
    }
}

/// As RFC 4180 has it.
fn quoted(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_apply_is_empty() {
        let table = Columns::new()
            .str("name", ["plain", "a, \"b\""])
            .f64("share", vec![f64::NAN, 0.25])
            .u32("n", vec![0, 7])
            .bool("fits", vec![true, false]);
        assert_eq!(csv(&table), "name,share,n,fits\nplain,,0,true\n\"a, \"\"b\"\"\",0.25,7,false\n");
    }
}
