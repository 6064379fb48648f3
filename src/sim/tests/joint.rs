//! Joint decisions, by hand.

use super::*;

/// When it was born and where, steps, and whether it has an answer.
type Asked = (u64, NodeId, u32, bool);

/// Notes each batch; sends the first of it to the edge, the others to the cloud.
#[derive(Default)]
struct Planner {
    batches: Vec<(u64, Vec<Asked>)>,
    first: Option<RequestId>,
}

impl Policy for Planner {
    fn needs(&self) -> Needs {
        Needs { plan: true, ..Needs::default() }
    }
    fn plan(&mut self, batch: &[Request], view: &View<'_>, _: &mut Actions, _: &mut Rng) {
        let all = batch.iter().map(|r| (r.born.ns(), r.home, r.steps, r.answer.is_some())).collect();
        self.batches.push((view.now().ns(), all));
        self.first = batch.iter().find(|r| r.answer.is_none()).map(|r| r.id);
    }
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        match request.answer {
            Some(_) => Step::Answer,
            None if self.first == Some(request.id) => whole(0, 2),
            None => whole(0, 3),
        }
    }
}

/// Two devices of one phase (a period of 1 ns has none): at each instant both newborns are in one batch, and the one goes
/// to the edge (40 + 7 there, 80, 4 + 7 back), the other to the cloud (54 more there, 20, 51 more back).
fn twins() -> World {
    let mut world = world();
    world.groups[0].count = 2;
    world.workloads[0].arrivals = Arrivals::Periodic { period: ns(1) };
    world.horizon.end = ns(1);
    world
}

#[test]
fn newborns_of_one_instant_are_one_batch() {
    for explicit in [false, true] {
        let mut planner = Planner::default();
        let (records, _) = run_with(&twins(), &mut planner, explicit).unwrap();
        let sojourns: Vec<u64> = records.iter().map(|r| r.ended.since(r.born).ns()).collect();
        assert_eq!(sojourns, [47 + 80 + 11, 47 + 54 + 20 + 51 + 11]);
        let newborn = |node| (0, NodeId(node), 0, false);
        let done = |node| vec![(0, NodeId(node), 1, true)];
        assert_eq!(planner.batches, [(0, vec![newborn(0), newborn(1)]), (121, done(1)), (127, done(0))]);
    }
}

/// Where a decision takes time, newborns are planned for when it ends; what is done by then has its answer in the batch.
#[test]
fn a_batch_is_as_it_will_be_asked() {
    let mut world = twins();
    world.information.decision = ns(9);
    let mut planner = Planner::default();
    run_with(&world, &mut planner, false).unwrap();
    let times: Vec<(u64, usize)> = planner.batches.iter().map(|(now, all)| (*now, all.len())).collect();
    assert_eq!(times, [(9, 2), (9 + 121 + 9, 1), (9 + 127 + 9, 1)]);
    assert!(planner.batches[1..].iter().all(|(_, all)| all[0].3));
}
