//! Files of bandwidth traces.
//!
//! A file whose name ends in `.csv` has lines `time,rate`: from that time, in seconds, on, so many Mbit/s get through. The
//! first line may name the columns; empty lines and those that begin with `#` are left out. Times count from the first
//! one, are rounded to a nanosecond and must rise; the last rate holds as long as the one before it did. Rates are rounded
//! to 1 bit/s.
//!
//! Any other file has Mahimahi's format: each line is a whole number of milliseconds at which one packet of 1500 bytes gets
//! through; several lines with one number let through several. Numbers may not fall; the last one is the trace's period.

use crate::problem::{Problem, Problems, Source};
use crate::sim::{Stretch, Trace};
use crate::units::{BitsPerSec, Bytes, SimTime};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Bytes that one line of Mahimahi's format lets through.
const PACKET: u64 = 1500;

/// Problems told of one file.
const MOST_TOLD: usize = 10;

/// A line that says something, and where it is.
struct Line<'a> {
    text: &'a str,
    span: Range<usize>,
}

/// Reads a trace; its file's name says how.
///
/// # Errors
/// Lines that are no numbers, are negative, not finite or too large, or go backwards; a file without lines, or in which
/// nothing gets through.
pub fn parse(source: &Arc<Source>) -> Result<Trace, Problems> {
    let lines = lines(&source.text);
    if lines.is_empty() {
        return Err(Problem::new("a trace without lines").in_file(&source.path).remedy(remedy(&source.path)).into());
    }
    let read = if is_csv(&source.path) { rates(source, lines) } else { packets(source, &lines) };
    let (stretches, period) = read?;
    Trace::new(stretches, SimTime::from_ns(period)).map_err(|problem| {
        let remedy = "record it anew, or leave the link out if nothing shall get through";
        problem.in_file(&source.path).remedy(remedy).into()
    })
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

fn remedy(path: &Path) -> &'static str {
    match is_csv(path) {
        true => "write lines `time,rate`: seconds and Mbit/s, such as `0.5,12`",
        false => "write a whole number of milliseconds in each line: when a packet of 1500 bytes gets through",
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let mut line = |raw: &'_ str| {
        let begins = at + raw.len() - raw.trim_start().len();
        at += raw.len();
        begins..begins + raw.trim().len()
    };
    let spans = text.split_inclusive('\n').map(&mut line).map(|span| Line { text: &text[span.clone()], span });
    spans.filter(|line| !line.text.is_empty() && !line.text.starts_with('#')).collect()
}

/// What is wrong with a line.
fn wrong(source: &Arc<Source>, line: &Line<'_>, what: &str) -> Problem {
    Problem::new(what).received(format!("`{}`", line.text)).remedy(remedy(&source.path)).at(source, line.span.clone())
}

/// All lines read, or what is wrong with the first few that cannot be.
fn each<T>(lines: &[Line<'_>], read: impl FnMut(&Line<'_>) -> Result<T, Problem>) -> Result<Vec<T>, Problems> {
    let mut problems = Problems::default();
    let mut read = read;
    let mut values = Vec::with_capacity(lines.len());
    for line in lines {
        values.extend(problems.note(read(line)));
        if problems.0.len() == MOST_TOLD {
            break;
        }
    }
    problems.or(values)
}

type Read = Result<(Vec<Stretch>, u64), Problems>;

fn rates(source: &Arc<Source>, mut lines: Vec<Line<'_>>) -> Read {
    if lines[0].text.split(',').all(|field| field.trim().parse::<f64>().is_err()) {
        lines.remove(0);
    }
    let Some(first) = lines.first() else {
        return Err(Problem::new("a trace without rates").in_file(&source.path).remedy(remedy(&source.path)).into());
    };
    let (start, _) = rate(source, first)?;
    let mut last = None;
    let stretches = each(&lines, |line| {
        let (time, rate) = rate(source, line)?;
        let at = time.checked_sub(start).filter(|at| last.is_none_or(|last| *at > last));
        let at = at.ok_or_else(|| wrong(source, line, "a time that is not later than the one before"))?;
        last = Some(at);
        Ok(Stretch { at: SimTime::from_ns(at), rate: BitsPerSec(rate), burst: Bytes(0) })
    })?;
    let ends = last.unwrap_or_default();
    let length = stretches.len().checked_sub(2).map_or(1_000_000_000, |i| ends - stretches[i].at.ns());
    Ok((stretches, ends + length))
}

/// Nanoseconds and bits per second of a line.
fn rate(source: &Arc<Source>, line: &Line<'_>) -> Result<(u64, u64), Problem> {
    let numbers: Vec<f64> = line.text.split(',').filter_map(|field| field.trim().parse().ok()).collect();
    let [time, rate] = numbers[..] else { return Err(wrong(source, line, "not a time and a rate")) };
    if line.text.split(',').count() != 2 {
        return Err(wrong(source, line, "not a time and a rate"));
    }
    if !time.is_finite() || !rate.is_finite() {
        return Err(wrong(source, line, "not a finite number"));
    }
    if time < 0.0 || rate < 0.0 {
        return Err(wrong(source, line, "a negative number"));
    }
    if time > 9e9 || rate > 1e9 {
        return Err(wrong(source, line, "a number that is too large"));
    }
    Ok(((time * 1e9 + 0.5) as u64, (rate * 1e6 + 0.5) as u64))
}

fn packets(source: &Arc<Source>, lines: &[Line<'_>]) -> Read {
    let mut last = 0;
    let times = each(lines, |line| {
        let digits: Option<u64> = line.text.parse().ok().filter(|ms| *ms < 1 << 43);
        let ms = digits.ok_or_else(|| wrong(source, line, "not a whole number of milliseconds"))?;
        if ms < last {
            return Err(wrong(source, line, "a time before the one before"));
        }
        last = ms;
        Ok(ms)
    })?;
    if last == 0 {
        let problem = Problem::new("a trace that takes no time").in_file(&source.path);
        return Err(problem.remedy("the last line is the trace's period: write a number above zero").into());
    }
    Ok((bursts(&times, last), last * 1_000_000))
}

/// A stretch for each millisecond in which something gets through; what does at the end does so at the beginning.
fn bursts(times: &[u64], period: u64) -> Vec<Stretch> {
    let mut counts = vec![(0, 0)];
    for ms in times.iter().map(|ms| ms % period) {
        let last = if ms == 0 { 0 } else { counts.len() - 1 };
        match counts[last].0 == ms {
            true => counts[last].1 += PACKET,
            false => counts.push((ms, PACKET)),
        }
    }
    let stretch = |(ms, bytes): (u64, u64)| Stretch {
        at: SimTime::from_ns(ms * 1_000_000),
        rate: BitsPerSec(0),
        burst: Bytes(bytes),
    };
    counts.into_iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Result<Trace, Problems> {
        parse(&Source::new(path, text))
    }

    fn ms(ms: u64) -> SimTime {
        SimTime::from_ns(ms * 1_000_000)
    }

    #[test]
    fn reads_times_and_rates() {
        let trace = read("a.csv", "time_s,rate_mbit_s\n# a tunnel\n100,2.5\n\n100.25, 0\n101,1e3\n").unwrap();
        let stretch = |at, rate| Stretch { at, rate: BitsPerSec(rate), burst: Bytes(0) };
        assert_eq!(
            trace.stretches(),
            [stretch(ms(0), 2_500_000), stretch(ms(250), 0), stretch(ms(1000), 1_000_000_000)]
        );
        assert_eq!(trace.period(), ms(1750));
        assert_eq!(read("b.CSV", "0,1").unwrap().mean(), BitsPerSec(1_000_000));
    }

    #[test]
    fn reads_packets() {
        let trace = read("wifi.up", "0\n1\n1\n4\n").unwrap();
        let stretch = |at, bytes| Stretch { at, rate: BitsPerSec(0), burst: Bytes(bytes) };
        assert_eq!(trace.stretches(), [stretch(ms(0), 3000), stretch(ms(1), 3000)]);
        assert_eq!((trace.period(), trace.mean()), (ms(4), BitsPerSec(12_000_000)));
    }

    #[test]
    fn says_where_a_trace_is_wrong_and_what_to_do() {
        for (path, text, place, what) in [
            ("a.csv", "0,1\n1,2\n1,3\n", "a.csv:3:1", "not later"),
            ("a.csv", "5,1\n4,2\n", "a.csv:2:1", "not later"),
            ("a.csv", "0,-1\n", "a.csv:1:1", "negative"),
            ("a.csv", "t,r\n 0,NaN\n", "a.csv:2:2", "finite"),
            ("a.csv", "0,inf\n", "a.csv:1:1", "finite"),
            ("a.csv", "0,1,2\n", "a.csv:1:1", "not a time and a rate"),
            ("a.csv", "0,fast\n1,2", "a.csv:1:1", "not a time and a rate"),
            ("a.csv", "0,1e12\n", "a.csv:1:1", "too large"),
            ("a.csv", "\n# nothing\n", "a.csv", "without lines"),
            ("a.csv", "time,rate\n", "a.csv", "without rates"),
            ("a.csv", "0,0\n1,0\n", "a.csv", "nothing through"),
            ("a.up", "3\n2\n", "a.up:2:1", "before the one before"),
            ("a.up", "1\nx\n-2\n", "a.up:2:1", "not a whole number"),
            ("a.up", "0\n0\n", "a.up", "no time"),
            ("a.up", "", "a.up", "without lines"),
        ] {
            let problems = read(path, text).unwrap_err();
            let told = problems.0[0].to_string();
            assert!(told.starts_with(&format!("{place}: ")) && told.contains(what), "{text:?}: {told}");
            assert!(problems.0[0].remedy.is_some(), "{told}");
        }
        assert_eq!(read("a.up", &"x\n".repeat(50)).unwrap_err().0.len(), MOST_TOLD);
    }
}
