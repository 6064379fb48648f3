//! Early answers: a mean over pixels and a linear layer behind a tap (Teerapittayanon et al. 2016, BranchyNet,
//! arXiv 1709.01686).

use super::{Architecture, Layer, Op};
use crate::problem::Problem;

/// An early answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Its tap.
    pub name: String,
    /// The tensor of its logits.
    pub tensor: usize,
}

impl Architecture {
    /// Its early answers, in the order in which they are reached: linear layers with a tap that no layer reads, the last
    /// layer aside.
    pub fn exits(&self) -> Vec<Exit> {
        let last = self.layers.len();
        let is_read = |tensor: usize| self.layers.iter().any(|l| l.from == tensor || l.add == Some(tensor));
        let named = self.layers.iter().enumerate().filter_map(|(i, l)| Some((i + 1, l, l.tap.clone()?)));
        let early = named.filter(|(t, l, _)| *t < last && matches!(l.op, Op::Linear { .. }) && !is_read(*t));
        early.map(|(tensor, _, name)| Exit { name, tensor }).collect()
    }

    /// The same with an early answer right behind a tap, called `exit-` and the tap's name.
    ///
    /// # Errors
    /// A name that no tap has, the input, and an answer.
    pub fn with_exit(mut self, tap: &str) -> Result<Self, Problem> {
        let (at, classes) = (self.at_tap(tap)?, self.classes());
        let behind = at.checked_sub(1).map(|i| &self.layers[i].op);
        if !matches!(behind, Some(Op::Conv(_))) {
            let problem = Problem::new("an exit stands behind a convolution's tap").received(format!("`{tap}`"));
            return Err(problem.remedy("name the tap of a block"));
        }
        let later = |tensor: usize| if tensor > at { tensor + 2 } else { tensor };
        for layer in &mut self.layers[at..] {
            (layer.from, layer.add) = (later(layer.from), layer.add.map(later));
        }
        let name = format!("exit-{tap}");
        let layer = |name: String, op, from, tap| Layer { name, op, from, add: None, tap };
        let pool = layer(format!("{name}.pool"), Op::GlobalAveragePool, at, None);
        let linear = layer(format!("{name}.classifier"), Op::Linear { outputs: classes }, at + 1, Some(name));
        self.layers.splice(at..at, [pool, linear]);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::architecture::{ANSWER, counts, crossing, residual};

    fn with_two() -> Architecture {
        residual([28, 28, 1], 10, 2, 8).with_exit("stage2.block1").unwrap().with_exit("stage1.block1").unwrap()
    }

    #[test]
    fn what_is_behind_an_exit_is_as_it_was() {
        let (plain, a) = (residual([28, 28, 1], 10, 2, 8), with_two());
        a.check().unwrap();
        let exits = a.exits();
        let names: Vec<&str> = exits.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["exit-stage1.block1", "exit-stage2.block1"]);
        assert!(plain.exits().is_empty());
        for exit in &exits {
            let trunk = a.at_tap(exit.name.strip_prefix("exit-").unwrap()).unwrap();
            assert_eq!((exit.tensor, crossing(&a, exit.tensor)), (trunk + 2, vec![trunk]));
        }
        // The trunk's layers read the same layers by name, and write the same shapes.
        let wiring = |a: &Architecture| {
            let shapes = a.shapes().unwrap();
            let name = |t: usize| t.checked_sub(1).map(|i| a.layers[i].name.clone());
            let trunk = a.layers.iter().enumerate().filter(|(_, l)| !l.name.starts_with("exit-"));
            trunk.map(|(i, l)| (l.name.clone(), name(l.from), l.add.map(name), shapes[i + 1])).collect::<Vec<_>>()
        };
        assert_eq!(wiring(&a), wiring(&plain));
    }

    /// Heads by hand: 8 and 16 channels to 10 classes.
    #[test]
    fn an_exit_costs_its_head() {
        let total = |a: &Architecture| counts(a).unwrap().iter().map(|c| c.macs).sum::<u64>();
        assert_eq!(total(&with_two()) - total(&residual([28, 28, 1], 10, 2, 8)), 80 + 160);
    }

    #[test]
    fn exits_stand_behind_blocks() {
        let told = |tap: &str| residual([28, 28, 1], 10, 1, 8).with_exit(tap).unwrap_err().to_string();
        assert!(told("stage1.blck1").contains("did you mean `stage1.block1`?"));
        assert!(told(ANSWER).contains("behind a convolution's tap") && told("input").contains("behind"));
        let mut wrong = with_two();
        let at = wrong.exits()[0].tensor - 1;
        wrong.layers[at].op = Op::Linear { outputs: 3 };
        assert!(wrong.check().unwrap_err().to_string().contains("answers 3 classes"));
    }
}
