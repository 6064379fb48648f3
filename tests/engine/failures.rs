//! Failures against their formulas; intervals as in `theory`.

use crate::plain::ns;
use crate::theory::{MEAN, channel, holds, replicate, served_by, sojourn};
use tierwise::sim::{
    Failing, Failures, Fallible, Fifo, GroupId, Lifetime, Noise, Random, Rule, Service, Sharing, Spells, World,
};
use tierwise::units::SimTime;

/// A time of so many mean services.
fn times(mean: f64) -> SimTime {
    ns((mean * MEAN as f64).round() as u64)
}

fn exponential(mean: f64) -> Lifetime {
    Lifetime::Exponential { mean: times(mean) }
}

fn fails(world: &mut World, place: Fallible, [to_failure, to_repair]: [Lifetime; 2], then: Rule) {
    let when = Spells::Random(Random { to_failure, to_repair });
    world.failures.push(Failing { place, failures: Failures { when, then, most: u32::MAX } });
}

/// Alternating renewals: a unit works MTTF/(MTTF+MTTR) of the time, whatever the distributions, once its beginning is
/// forgotten.
#[test]
fn availability_is_mttf_over_the_sum() {
    let weibull = |mean, shape| Lifetime::Weibull { mean: times(mean), shape };
    let cases = [
        [exponential(20.0), exponential(5.0)],
        [weibull(20.0, 0.7), weibull(5.0, 2.0)],
        [weibull(20.0, 3.0), exponential(5.0)],
    ];
    for lifetimes in cases {
        let mut world = served_by(Service::Fifo(Fifo::default()), 0.1);
        world.groups[0].count = 4;
        world.horizon.end = ns(20_000 * MEAN);
        fails(&mut world, Fallible::Nodes(GroupId(0)), lifetimes, Rule::Fail);
        let [works] = replicate(&world, 0, |r, _| [r.failures[0].availability()]);
        holds("availability", &works, 20.0 / 25.0, 0.01);
    }
}

/// M/M/1 without a queue that fails with its work: three states, idle, busy and down. In balance a newcomer finds it idle
/// with chance β/(α+β) · (μ+α)/(λ+μ+α), is then answered with chance μ/(μ+α), else fails; all others are refused.
#[test]
fn failing_with_its_work_is_a_chain_of_three_states() {
    let (lambda, mu, alpha, beta) = (0.8, 1.0, 0.2, 0.5);
    let mut world =
        served_by(Service::Fifo(Fifo { noise: Noise::Exponential, bound: Some(0), ..Fifo::default() }), lambda);
    let lifetimes = [exponential(1.0 / alpha), exponential(1.0 / beta)];
    fails(&mut world, Fallible::Nodes(GroupId(0)), lifetimes, Rule::Fail);
    let [answered, failed, dropped] =
        replicate(&world, 0, |r, _| [r.answered, r.failed, r.dropped].map(|n| n as f64 / r.born as f64));
    let idle = beta / (alpha + beta) * (mu + alpha) / (lambda + mu + alpha);
    holds("answered", &answered, idle * mu / (mu + alpha), 0.02);
    holds("failed", &failed, idle * alpha / (mu + alpha), 0.04);
    holds("dropped", &dropped, 1.0 - idle, 0.02);
}

/// M/D/1 with breakdowns, busy or not, that are exponential with rate α, repaired with rate β, and after which work is
/// begun anew. A service of length 1 is then completed after C: failures come before its end with chance 1−p, p = e^−α,
/// independently at each try, and each costs the time until then and the repair (Gaver 1962, pre-emptive repeat). Who
/// comes to an empty queue finds it broken with chance q and waits for the rest of the repair first: M/G/1 whose busy
/// periods begin with an exceptional service C₀ (Welch 1964). Mean sojourn, in services.
fn repeated(lambda: f64, alpha: f64, beta: f64) -> f64 {
    let p = (-alpha).exp();
    let (again, again_variance) = ((1.0 - p) / p, (1.0 - p) / (p * p));
    // Time until a failure, given that it comes before 1, and its square.
    let until = 1.0 / alpha - p / (1.0 - p);
    let until_square = (2.0 / alpha.powi(2) - p * (1.0 + 2.0 / alpha + 2.0 / alpha.powi(2))) / (1.0 - p);
    let (lost, lost_square) = (until + 1.0 / beta, until_square + 2.0 * until / beta + 2.0 / beta.powi(2));
    let mean = 1.0 + again * lost;
    let variance = again * (lost_square - lost * lost) + again_variance * lost * lost;
    let square = variance + mean * mean;
    // Working when it falls empty, it alternates until somebody comes.
    let (fails_first, repaired_first) = (alpha / (alpha + lambda), beta / (beta + lambda));
    let q = fails_first * (1.0 - repaired_first) / (1.0 - fails_first * repaired_first);
    let first = mean + q / beta;
    let first_square = square + 2.0 * q * mean / beta + 2.0 * q / beta.powi(2);
    let busy = lambda * mean;
    let begins = 1.0 - busy + lambda * first;
    first / begins + lambda * ((1.0 - busy) * first_square + lambda * first * square) / (2.0 * (1.0 - busy) * begins)
}

/// Without failures that is M/D/1.
#[test]
fn the_formula_ends_in_m_d_1() {
    assert!((repeated(0.5, 1e-6, 1.0) - 1.5).abs() < 1e-4, "{}", repeated(0.5, 1e-6, 1.0));
}

#[test]
fn a_link_that_fails_repeats() {
    for (lambda, alpha, beta) in [(0.4, 0.1, 0.5), (0.3, 0.5, 2.0)] {
        let mut world = channel(&[1000], lambda, Sharing::Fifo);
        let lifetimes = [exponential(1.0 / alpha), exponential(1.0 / beta)];
        fails(&mut world, Fallible::Link(0), lifetimes, Rule::Retry);
        let [sojourns] = replicate(&world, 1, |r, all| {
            assert_eq!(r.failed + r.dropped, 0);
            [sojourn(all, |_| true)]
        });
        holds("sojourn", &sojourns, repeated(lambda, alpha, beta), 0.05);
    }
}

/// Whatever is begun anew was begun once too often: the airtime and bytes that are told as lost are what
/// was sent beyond those of one transfer for each answer.
#[test]
fn what_is_lost_is_told() {
    let mut world = channel(&[1000], 0.5, Sharing::Fixed);
    fails(&mut world, Fallible::Link(0), [exponential(3.0), exponential(1.0)], Rule::Retry);
    replicate(&world, 1, |r, all| {
        let (link, failures) = (&r.links[0], &r.failures[0]);
        let answers = all.iter().filter(|record| record.counted).count() as u128;
        assert_eq!(link.airtime_ns_up - failures.lost_ns, answers * u128::from(MEAN));
        assert_eq!(u128::from(link.bytes_up - failures.lost_bytes), answers * 1000);
        assert!(failures.lost_ns > 0 && failures.lost_bytes > 0 && failures.retried > 0);
        assert_eq!(link.transfers, answers as u64 + failures.retried);
        []
    });
}
