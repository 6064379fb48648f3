//! The edge model: one component a device, one for each server.

use common::edge::{self, CLOUD, EDGE, Place, Tally};
use common::random::Random;
use serde::Serialize;
use simcore::{Event, EventHandler, Id, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Birth {}

#[derive(Clone, Serialize)]
struct Sent {}

#[derive(Clone, Serialize)]
struct Arrived {
    born: f64,
}

#[derive(Clone, Serialize)]
struct Served {
    born: f64,
    home: Id,
}

#[derive(Clone, Serialize)]
struct Returned {
    born: f64,
}

/// What all share.
struct Common {
    random: RefCell<Random>,
    tally: RefCell<Tally>,
    end: f64,
}

impl Common {
    fn exponential(&self, mean: f64) -> f64 {
        self.random.borrow_mut().exponential(mean)
    }
}

struct Device {
    context: SimulationContext,
    common: Rc<Common>,
    /// Births of what waits for the uplink or is being sent, in order.
    uplink: VecDeque<f64>,
    servers: [(Id, Place); 2],
}

impl Device {
    fn expect_birth(&self) {
        let gap = self.common.exponential(edge::BETWEEN);
        if self.context.time() + gap < self.common.end {
            self.context.emit_self(Birth {}, gap);
        }
    }

    fn send_first(&self) {
        self.context.emit_self(Sent {}, self.common.exponential(edge::SENDING));
    }

    fn born(&mut self) {
        self.uplink.push_back(self.context.time());
        if self.uplink.len() == 1 {
            self.send_first();
        }
        self.expect_birth();
    }

    fn sent(&mut self) {
        let Some(born) = self.uplink.pop_front() else { return };
        let cloud = self.common.random.borrow_mut().uniform() < edge::TO_CLOUD;
        let (server, place) = self.servers[usize::from(cloud)];
        self.context.emit(Arrived { born }, server, place.propagation);
        if !self.uplink.is_empty() {
            self.send_first();
        }
    }
}

impl EventHandler for Device {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Birth {} => {
                self.born();
            }
            Sent {} => {
                self.sent();
            }
            Returned { born } => {
                self.common.tally.borrow_mut().back(born, event.time);
            }
        })
    }
}

struct Server {
    context: SimulationContext,
    common: Rc<Common>,
    place: Place,
    busy: usize,
    waiting: VecDeque<(f64, Id)>,
}

impl Server {
    fn serve(&self, born: f64, home: Id) {
        self.context.emit_self(Served { born, home }, self.common.exponential(self.place.service));
    }

    fn arrived(&mut self, born: f64, home: Id) {
        if self.busy == self.place.servers {
            return self.waiting.push_back((born, home));
        }
        self.busy += 1;
        self.serve(born, home);
    }

    fn served(&mut self, born: f64, home: Id) {
        self.context.emit(Returned { born }, home, self.place.propagation);
        match self.waiting.pop_front() {
            Some((born, home)) => self.serve(born, home),
            None => self.busy -= 1,
        }
    }
}

impl EventHandler for Server {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrived { born } => {
                self.arrived(born, event.src);
            }
            Served { born, home } => {
                self.served(born, home);
            }
        })
    }
}

fn add_server(simulation: &mut Simulation, common: &Rc<Common>, name: &str, place: Place) -> (Id, Place) {
    let context = simulation.create_context(name);
    let server = Server { context, common: common.clone(), place, busy: 0, waiting: VecDeque::new() };
    (simulation.add_handler(name, Rc::new(RefCell::new(server))), place)
}

pub fn measure(length: f64) {
    let mut simulation = Simulation::new(1);
    let end = edge::end(length);
    let (random, tally) = (RefCell::new(Random(1)), RefCell::new(Tally::until(end)));
    let common = Rc::new(Common { random, tally, end });
    let servers = [("edge", EDGE), ("cloud", CLOUD)].map(|(n, p)| add_server(&mut simulation, &common, n, p));
    for number in 0..edge::DEVICES {
        let name = format!("device{number}");
        let context = simulation.create_context(&name);
        let device = Device { context, common: common.clone(), uplink: VecDeque::new(), servers };
        device.expect_birth();
        simulation.add_handler(name, Rc::new(RefCell::new(device)));
    }
    let seconds = common::seconds(|| simulation.step_until_no_events());
    common.tally.borrow().print(seconds);
}
