//! Impossible steps and broken worlds are problems that say what and where, never panics.

use super::*;

fn problem(world: &World, next: impl FnMut(&Request, &View<'_>, &mut Rng) -> Step + Send) -> String {
    run_with(world, &mut By(next), false).unwrap_err().to_string()
}

fn compute(model: u8, upto: u8, node: u32, send: CodecId) -> Step {
    Step::Compute { model: ModelId(model), upto: TapId(upto), node: NodeId(node), send }
}

#[test]
fn impossible_steps_name_themselves() {
    let mut world = world();
    world.groups[1].work[1] = None;
    let say = |step: Step| problem(&world, move |_, _, _| step);
    assert!(say(compute(9, 0, 0, RAW)).contains("there is no such role"));
    assert!(say(compute(0, 9, 0, RAW)).contains("the role has no such tap"));
    assert!(say(compute(0, 3, 99, RAW)).contains("there is no such node"));
    assert!(say(compute(0, 3, 1, CodecId(7))).contains("there is no such codec"));
    let text = say(compute(1, 3, 1, RAW));
    assert!(text.starts_with("impossible step: the role does not run on this node; received compute large@answer"));
    assert!(text.contains("on edge/0, sent as raw, for request 0 (born ") && text.contains("at device/0"), "{text}");
    assert!(say(Step::Answer).contains("there is no answer"));
    assert!(say(Step::Fork).contains("the policy's `needs` do not say that it forks"));
    assert!(say(Step::Wait { until: SimTime::ZERO }).contains("later than now"));
}

#[test]
fn what_nobody_measured_is_never_guessed() {
    let lossy = problem(&world(), |_, _, _| compute(0, 3, 1, JPEG));
    assert!(lossy.contains("nobody measured this exit's answers"), "{lossy}");
    let activation = problem(&world(), |request, _, _| match request.steps {
        0 => compute(0, 1, 0, RAW),
        _ => compute(0, 3, 1, PNG),
    });
    assert!(activation.contains("nobody measured the bytes of this tap"), "{activation}");
    let back = problem(&world(), |request, _, _| compute(0, if request.steps == 0 { 2 } else { 1 }, 0, RAW));
    assert!(back.contains("already passed"), "{back}");
    let twice = problem(&world(), |request, _, _| compute(0, 1, if request.steps == 0 { 1 } else { 2 }, JPEG));
    assert!(twice.contains("sent lossily"), "{twice}");
}

/// A table for what a lossy codec leaves is used, and only for what came that way.
#[test]
fn measured_lossy_answers_count() {
    let mut world = world();
    let tables = Arc::make_mut(&mut world.models[0].tables);
    let lossy = OutputTable { codec: "jpeg".into(), prediction: vec![9; 12], ..tables.outputs[1].clone() };
    tables.outputs.push(lossy);
    let (records, _) = run_by(&world, |request, _, _| match request.answer {
        None => compute(0, 3, 1, JPEG),
        Some(_) => Step::Answer,
    });
    assert!(records.iter().all(|r| r.answer.unwrap().prediction == 9 && r.bytes_up == 3));
}

/// The same of an activation: its bytes, and the answers that belong to that cut.
#[test]
fn measured_answers_behind_a_lossy_activation_count() {
    let mut world = world();
    world.models[0].taps[1].sizes[JPEG.0 as usize] = Some(crate::sim::Size::Fixed(2));
    let split = |request: &crate::sim::Request| match (request.answer, request.steps) {
        (Some(_), _) => Step::Answer,
        (None, 0) => compute(0, 1, 0, RAW),
        (None, _) => compute(0, 3, 1, JPEG),
    };
    let told = problem(&world, |request, _, _| split(request));
    assert!(told.contains("nobody measured this exit's answers"), "{told}");
    let tables = Arc::make_mut(&mut world.models[0].tables);
    let lossy =
        OutputTable { cut: "cut".into(), codec: "jpeg".into(), prediction: vec![7; 12], ..tables.outputs[1].clone() };
    tables.outputs.push(lossy);
    let (records, _) = run_by(&world, |request, _, _| split(request));
    assert!(records.iter().all(|r| r.answer.unwrap().prediction == 7 && r.bytes_up == 2));
    // Not for an image that came so, nor for what was sent with loss before.
    let image = problem(&world, |_, _, _| compute(0, 3, 1, JPEG));
    assert!(image.contains("nobody measured this exit's answers"), "{image}");
    let twice = problem(&world, |request, _, _| match request.steps {
        0 => compute(0, 1, 1, JPEG),
        _ => compute(0, 3, 2, JPEG),
    });
    assert!(twice.contains("sent lossily twice"), "{twice}");
}

/// A split that sends its activation by a lossy codec, and one by a codec that nobody measured there.
#[test]
fn neurosurgeon_sends_activations_by_the_codec_that_it_is_told() {
    let mut world = world();
    world.models[0].taps[0].sizes[RAW.0 as usize] = Some(crate::sim::Size::Fixed(100_000));
    world.models[0].taps[1].sizes[JPEG.0 as usize] = Some(crate::sim::Size::Fixed(2));
    let split = |codec: &str| {
        let mut policy = crate::policy::Neurosurgeon::default();
        (policy.model, policy.codec) = (Some("small".into()), Some(codec.into()));
        policy
    };
    let told = run_with(&world, &mut split("jpeg"), false).unwrap_err().to_string();
    assert!(told.contains("a codec that nobody measured for activations of `small`; received `jpeg`"), "{told}");
    let tables = Arc::make_mut(&mut world.models[0].tables);
    let lossy =
        OutputTable { cut: "cut".into(), codec: "jpeg".into(), prediction: vec![7; 12], ..tables.outputs[1].clone() };
    tables.outputs.push(lossy);
    let (records, _) = run_with(&world, &mut split("jpeg"), false).unwrap();
    assert!(!records.is_empty() && records.iter().all(|r| r.answer.unwrap().prediction == 7 && r.bytes_up == 2));
    let told = run_with(&world, &mut split("jpg"), false).unwrap_err().to_string();
    assert!(told.contains("did you mean `jpeg`?"), "{told}");
}

#[test]
fn standing_still_is_noticed() {
    let mut world = world();
    world.groups[0].count = 2;
    world.groups[1].service = Service::Fifo(Fifo { bound: Some(0), ..Fifo::default() });
    world.groups[1].work[0] = Some(Work { per_call: ns(5000), upto: vec![ns(0); 4], extrapolated: false });
    let text = problem(&world, |request, _, _| if request.answer.is_some() { Step::Answer } else { whole(0, 2) });
    assert!(text.contains("64 steps were taken without time moving") && text.contains("refused 65 times"), "{text}");
}

#[test]
fn broken_worlds_are_refused() {
    let broken = |change: &dyn Fn(&mut World)| {
        let mut world = world();
        change(&mut world);
        problem(&world, |_, _, _| Step::Drop)
    };
    assert!(broken(&|w| w.codecs[0].name = "rae".into()).contains("no codec is called `raw`"));
    assert!(broken(&|w| w.groups[0].count = 0).contains("group `device` has no nodes"));
    assert!(broken(&|w| w.groups[0].idle = Watts(-1.0)).contains("powers must be from 0"));
    assert!(broken(&|w| w.links[1].upper = GroupId(0)).contains("part of a ring"));
    assert!(broken(&|w| w.links[1].lower = GroupId(0)).contains("two links upwards"));
    assert!(broken(&|w| w.links[0].up.rate = BitsPerSec(0)).contains("rate of zero"));
    assert!(broken(&|w| w.workloads[0].sites[0].cumulative = vec![0, 0, 0, 1 << 32]).contains("class 3"));
    assert!(broken(&|w| w.workloads[0].arrivals = Arrivals::Periodic { period: ns(0) }).contains("above zero"));
    assert!(broken(&|w| Arc::make_mut(&mut w.labels).push(0)).contains("one row an image"));
    assert!(broken(&|w| w.horizon.warm_up = ns(20_000)).contains("warm-up"));
}

#[test]
fn a_node_beyond_reach_is_a_problem() {
    let mut world = world();
    world.groups[2].count = 2;
    let text = problem(&world, |_, _, _| whole(0, 3));
    assert!(text.contains("there is no way to this node"), "{text}");
}

/// Answers, but says before that it will give up.
struct Fickle;

impl Policy for Fickle {
    fn next(&mut self, request: &Request, _: &View<'_>, _: &mut Rng) -> Step {
        if request.answer.is_some() { Step::Answer } else { whole(0, 1) }
    }
    fn foresee(&self, request: &Request) -> Option<Step> {
        request.answer.map(|_| Step::Drop)
    }
}

#[test]
fn a_policy_is_held_to_what_it_foresees() {
    for explicit in [false, true] {
        let told = run_with(&world(), &mut Fickle, explicit).unwrap_err().to_string();
        assert!(told.contains("foresaw another step"), "{told}");
    }
}
