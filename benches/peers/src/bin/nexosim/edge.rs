//! The edge model: one model a device, one for each server. A device schedules birth, sending and arrival, a server
//! the end of service and the return, which it tallies itself: that saves nexosim a message a task.

use common::edge::{self, CLOUD, EDGE, Place, Tally};
use common::random::Random;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// At least a nanosecond, as nexosim needs.
fn time(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds).max(Duration::from_nanos(1))
}

fn now<M: Model>(context: &Context<M>) -> f64 {
    context.time().duration_since(MonotonicTime::EPOCH).as_secs_f64()
}

#[derive(Default, Serialize, Deserialize)]
struct Device {
    end: f64,
    random: Random,
    /// Births of what waits for the uplink or is being sent, in order.
    uplink: VecDeque<f64>,
    to_edge: Output<f64>,
    to_cloud: Output<f64>,
}

#[Model]
impl Device {
    fn start(&mut self, _: (), context: &Context<Self>) {
        self.expect_birth(context);
    }

    #[nexosim(schedulable)]
    fn birth(&mut self, _: (), context: &Context<Self>) {
        self.uplink.push_back(now(context));
        if self.uplink.len() == 1 {
            self.send_first(context);
        }
        self.expect_birth(context);
    }

    #[nexosim(schedulable)]
    fn sent(&mut self, _: (), context: &Context<Self>) {
        let Some(born) = self.uplink.pop_front() else { return };
        let cloud = self.random.uniform() < edge::TO_CLOUD;
        let after = time(if cloud { CLOUD } else { EDGE }.propagation);
        context.schedule_event(after, schedulable!(Self::arrived), (born, cloud)).unwrap();
        if !self.uplink.is_empty() {
            self.send_first(context);
        }
    }

    #[nexosim(schedulable)]
    async fn arrived(&mut self, (born, cloud): (f64, bool)) {
        let output = if cloud { &mut self.to_cloud } else { &mut self.to_edge };
        output.send(born).await;
    }
}

impl Device {
    fn expect_birth(&mut self, context: &Context<Self>) {
        let gap = self.random.exponential(edge::BETWEEN);
        if now(context) + gap < self.end {
            context.schedule_event(time(gap), schedulable!(Self::birth), ()).unwrap();
        }
    }

    fn send_first(&mut self, context: &Context<Self>) {
        let sending = time(self.random.exponential(edge::SENDING));
        context.schedule_event(sending, schedulable!(Self::sent), ()).unwrap();
    }
}

#[derive(Serialize, Deserialize)]
struct Server {
    random: Random,
    servers: usize,
    service: f64,
    propagation: f64,
    busy: usize,
    waiting: VecDeque<f64>,
    /// Only this server's; the lock is never waited for.
    #[serde(skip)]
    tally: Arc<Mutex<Tally>>,
}

#[Model]
impl Server {
    fn arrived(&mut self, born: f64, context: &Context<Self>) {
        if self.busy == self.servers {
            return self.waiting.push_back(born);
        }
        self.busy += 1;
        self.serve(born, context);
    }

    #[nexosim(schedulable)]
    fn served(&mut self, born: f64, context: &Context<Self>) {
        context.schedule_event(time(self.propagation), schedulable!(Self::returned), born).unwrap();
        match self.waiting.pop_front() {
            Some(born) => self.serve(born, context),
            None => self.busy -= 1,
        }
    }

    #[nexosim(schedulable)]
    fn returned(&mut self, born: f64, context: &Context<Self>) {
        self.tally.lock().unwrap().back(born, now(context));
    }
}

impl Server {
    fn new(place: Place, end: f64) -> Self {
        let Place { servers, service, propagation } = place;
        let tally = Arc::new(Mutex::new(Tally::until(end)));
        Self { random: Random(servers as u64), servers, service, propagation, busy: 0, waiting: VecDeque::new(), tally }
    }

    fn serve(&mut self, born: f64, context: &Context<Self>) {
        let service = time(self.random.exponential(self.service));
        context.schedule_event(service, schedulable!(Self::served), born).unwrap();
    }
}

pub fn measure(length: f64) -> Result<(), SimulationError> {
    let end = edge::end(length);
    let mut bench = SimInit::with_num_threads(1);
    let (near, far) = (Server::new(EDGE, end), Server::new(CLOUD, end));
    let tallies = [near.tally.clone(), far.tally.clone()];
    let (near_box, far_box) = (Mailbox::new(), Mailbox::new());
    let mut start = EventSource::new();
    for number in 0..edge::DEVICES {
        let random = Random(u64::from(number) << 32);
        let (mailbox, mut device) = (Mailbox::new(), Device { end, random, ..Device::default() });
        device.to_edge.connect(Server::arrived, &near_box);
        device.to_cloud.connect(Server::arrived, &far_box);
        start = start.connect(Device::start, &mailbox);
        bench = bench.add_model(device, mailbox, "device");
    }
    let start = start.register(&mut bench);
    let bench = bench.add_model(near, near_box, "edge").add_model(far, far_box, "cloud");
    let mut simulation = bench.init(MonotonicTime::EPOCH)?;
    simulation.process_event(&start, ())?;
    let mut failed = None;
    let seconds = common::seconds(|| failed = simulation.run().err());
    let mut tally = Tally::until(end);
    tallies.iter().for_each(|t| tally.add(&t.lock().unwrap()));
    tally.print(seconds);
    failed.map_or(Ok(()), |problem| Err(problem.into()))
}
