//! Sampling a run where its recorder asks for it: see `sim/series`.

use super::Engine;
use crate::sim::Policy;
use crate::sim::series::Watch;
use crate::units::SimTime;

impl<P: Policy + ?Sized> Engine<'_, P> {
    /// Notes from now on what samples are made of.
    pub(super) fn watch(&mut self) {
        let Some(period) = self.recorder.series().filter(|period| *period > SimTime::ZERO) else { return };
        let watch = Watch::new(self.world, period);
        self.nodes.watch(self.world, watch.clone());
        self.channels.watch(self.world, watch.clone());
        self.accounts.watch = Some(Box::new(watch));
    }

    /// Gives the recorder all samples.
    pub(super) fn show_samples(&mut self) {
        let Some(mut watch) = self.accounts.watch.take() else { return };
        let parts = [self.nodes.watched(self.world, self.stop), self.channels.watched(self.stop)];
        parts.into_iter().flatten().for_each(|part| watch.merge(part));
        watch.samples(self.world).for_each(|sample| self.recorder.sample(&sample));
    }
}
