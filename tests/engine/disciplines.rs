//! Ways to serve against their formulas; intervals as in `theory`.

use crate::theory::{MEAN, erlang_c, holds, queue, replicate, served_by, wait};
use tierwise::sim::{Noise, Service, Shared};

/// Processor sharing with one server, M/G/1-PS: mean sojourn 1/(1−ρ) service times, whatever their distribution; so the
/// time lost is ρ/(1−ρ), and by Little's law ρ²/(1−ρ) are there beyond the one that the server is worth.
#[test]
fn sharing_is_insensitive() {
    let rho = 0.7;
    for noise in [Noise::None, Noise::Exponential] {
        let world = served_by(Service::Sharing(Shared { noise, ..Shared::default() }), rho);
        let [waits, queues, busy] = replicate(&world, 0, |r, _| [wait(r), queue(r), r.groups[0].utilisation()]);
        holds("lost", &waits, rho / (1.0 - rho), 0.06);
        holds("beyond", &queues, rho * rho / (1.0 - rho), 0.06);
        holds("busy", &busy, rho, 0.01);
    }
}

/// M/G/c-PS is insensitive too: as many are there as in M/M/c, so as much is lost as M/M/c waits, C/(c−a).
#[test]
fn sharing_of_several_servers() {
    let (c, load) = (3, 2.4);
    let expected = erlang_c(c, load) / (f64::from(c) - load);
    for noise in [Noise::None, Noise::Exponential] {
        let world = served_by(Service::Sharing(Shared { servers: c, noise, ..Shared::default() }), load);
        let [waits] = replicate(&world, 0, |r, _| [wait(r)]);
        holds("lost", &waits, expected, 0.08);
    }
}

/// As many share as there are servers: that is first come, first served.
#[test]
fn sharing_to_the_servers_number_is_fifo() {
    let (c, load) = (3, 2.4);
    let spec = Shared { servers: c, most: Some(c), noise: Noise::Exponential, ..Shared::default() };
    let [waits] = replicate(&served_by(Service::Sharing(spec), load), 0, |r, _| [wait(r)]);
    holds("wait", &waits, erlang_c(c, load) / (f64::from(c) - load), 0.08);
}
