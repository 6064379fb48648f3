//! Max-min fair flows on a tree: 8 switches below a root, 8 hosts below each; the links of hosts carry 1 a second, those
//! of switches 8. Flows of mean size 1 (exponential) between two hosts drawn at random arrive as a Poisson process that
//! loads the links of hosts to 0.7, and those of switches, which 8 of 9 flows cross, to about 0.6. Then with a fixed number
//! of flows under way: one that ends is followed by another at once.

use common::random::Random;
use dslab_network::models::{SharedBandwidthNetworkModel, TopologyAwareNetworkModel};
use dslab_network::{DataTransferCompleted, Link, Network};
use serde::Serialize;
use simcore::{Event, EventHandler, Id, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::rc::Rc;

const SWITCHES: usize = 8;
const HOSTS: usize = 64;
const LOAD: f64 = 0.7;
/// Each flow takes two links of hosts.
const RATE: f64 = LOAD * HOSTS as f64 / 2.0;

#[derive(Clone, Serialize)]
struct Arrival {}

struct Source {
    context: SimulationContext,
    network: Rc<RefCell<Network>>,
    hosts: Vec<Id>,
    random: Random,
    to_come: u64,
    /// Whether the next comes when one ends.
    closed: bool,
    /// By the flow's number, in the network's order.
    born: Vec<f64>,
    done: u64,
    sojourns: f64,
}

impl Source {
    fn expect_arrival(&mut self) {
        if self.to_come > 0 {
            self.to_come -= 1;
            self.context.emit_self(Arrival {}, self.random.exponential(1.0 / RATE));
        }
    }

    fn begin(&mut self) {
        let from = (self.random.uniform() * HOSTS as f64) as usize;
        let to = (from + 1 + (self.random.uniform() * (HOSTS - 1) as f64) as usize) % HOSTS;
        let size = self.random.exponential(1.0);
        let (from, to) = (self.hosts[from], self.hosts[to]);
        self.network.borrow_mut().transfer_data(from, to, size, self.context.id());
        self.born.push(self.context.time());
    }
}

impl EventHandler for Source {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrival {} => {
                self.begin();
                self.expect_arrival();
            }
            DataTransferCompleted { dt } => {
                self.done += 1;
                self.sojourns += self.context.time() - self.born[dt.id];
                if self.closed && self.to_come > 0 {
                    self.to_come -= 1;
                    self.begin();
                }
            }
        })
    }
}

fn node(network: &mut Network, name: &str) {
    network.add_node(name, Box::new(SharedBandwidthNetworkModel::new(1e9, 0.0)));
}

/// The tree, and what stands at each host.
fn tree(simulation: &mut Simulation, network: &mut Network) -> Vec<Id> {
    node(network, "root");
    for switch in 0..SWITCHES {
        let name = format!("switch{switch}");
        node(network, &name);
        network.add_link("root", &name, Link::shared((HOSTS / SWITCHES) as f64, 0.0));
    }
    let host = |host| {
        let name = format!("host{host}");
        node(network, &name);
        network.add_link(&name, &format!("switch{}", host % SWITCHES), Link::shared(1.0, 0.0));
        let id = simulation.create_context(&name).id();
        network.set_location(id, &name);
        id
    };
    let hosts = (0..HOSTS).map(host).collect();
    network.init_topology();
    hosts
}

/// Full length: 40,000 flows, and fewer the more are under way, but four times as many as these.
pub fn measure(length: f64) {
    simulate("tree of 64", None, (4e4 * length) as u64);
    for flows in [64, 256, 1024, 4096] {
        let count = (6.4e5 / flows as f64).max(4.0 * flows as f64);
        simulate(&format!("tree of 64 with {flows}"), Some(flows), (count * length) as u64);
    }
}

fn simulate(case: &str, under_way: Option<u64>, count: u64) {
    let mut simulation = Simulation::new(1);
    let mut network = Network::new(Box::new(TopologyAwareNetworkModel::new()), simulation.create_context("net"));
    let hosts = tree(&mut simulation, &mut network);
    let network = Rc::new(RefCell::new(network));
    simulation.add_handler("net", network.clone());
    let (context, closed) = (simulation.create_context("source"), under_way.is_some());
    let (random, to_come, born) = (Random(1), count, Vec::new());
    let source = Source { context, network, hosts, random, to_come, closed, born, done: 0, sojourns: 0.0 };
    let source = Rc::new(RefCell::new(source));
    simulation.add_handler("source", source.clone());
    match under_way {
        Some(flows) => (0..flows).for_each(|_| source.borrow_mut().begin()),
        None => source.borrow_mut().expect_arrival(),
    }
    // The first ones begin, which is not what is timed.
    (0..under_way.unwrap_or(0)).for_each(|_| _ = simulation.step());
    let done = || source.borrow().done;
    let seconds = common::seconds(|| while done() < count && simulation.step() {});
    let source = source.borrow();
    let line = |metric, unit, value| common::line("flows", case, metric, unit, value);
    line("count", "1", source.done as f64);
    line("wall", "s", seconds);
    line("sojourn", "s", source.sojourns / source.done as f64);
    line("flows", "1/s", source.done as f64 / seconds);
}
