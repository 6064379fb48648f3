//! Pairs of taps whose tensors are compared: the student's and the teacher's.

use super::Lesson;
use crate::lab::architecture::Architecture;
use crate::problem::Problem;

/// A tap of the student and one of the teacher.
pub type Pair = [String; 2];

/// The tensors' numbers of pairs, student's and teacher's.
///
/// # Errors
/// A tap that is not there.
pub fn tensors(pairs: &[Pair], lesson: &Lesson) -> Result<[Vec<usize>; 2], Problem> {
    let find = |side: usize, of: &Architecture| {
        pairs.iter().map(|pair| of.at_tap(&pair[side])).collect::<Result<Vec<_>, Problem>>()
    };
    Ok([find(0, lesson.student)?, find(1, lesson.teacher)?])
}

/// What does not fit: a tap that is not there, and tensors of unlike size.
pub fn misfits(pairs: &[Pair], lesson: &Lesson) -> Vec<Problem> {
    let of = |pair: &Pair| -> Result<(), Problem> {
        let [student, teacher] = [(lesson.student, &pair[0]), (lesson.teacher, &pair[1])]
            .map(|(of, tap)| Ok::<_, Problem>(of.shapes()?[of.at_tap(tap)?]));
        let ([h, w, _], [high, wide, _]) = (student?, teacher?);
        let told = || Problem::new(format!("taps `{}` and `{}` have tensors of unlike size", pair[0], pair[1]));
        if [h, w] == [high, wide] { Ok(()) } else { Err(told().received(format!("{h}x{w} and {high}x{wide}"))) }
    };
    pairs.iter().filter_map(|pair| of(pair).err()).collect()
}

/// Channels of a tensor.
pub fn channels(of: &Architecture, tensors: &[usize]) -> Result<Vec<usize>, Problem> {
    let shapes = of.shapes()?;
    Ok(tensors.iter().map(|&t| shapes[t][2]).collect())
}
