//! How long a model takes on a device.

use super::{DevicePreset, LayerProfile, ModelProfile};
use crate::problem::{Problem, remedy_for_name};
use crate::units::SimTime;

/// Times of one model on one device, from its preset's roofline (Williams, Waterman, Patterson 2009) with fixed times
/// per layer and per call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunTimes {
    /// Fixed time of each call.
    pub per_call: SimTime,
    /// Time from the raw input up to each tap, in the order of [`ModelProfile::taps`]; never falls.
    pub upto: Vec<SimTime>,
    /// Whether the model lies outside the range that the preset was fitted on.
    pub extrapolated: bool,
}

impl DevicePreset {
    /// Times of `model` here: a layer takes `max(MACs/rate, bytes/bandwidth) + per_layer`.
    ///
    /// # Errors
    /// A [`Problem`] if the preset has no rate for the model's number format.
    pub fn times(&self, model: &ModelProfile) -> Result<RunTimes, Problem> {
        self.batch_times(model, 1)
    }

    /// Times of `model` for a batch of so many images: weights are read once, arithmetic, inputs and outputs are for
    /// each, a layer and a call start once.
    ///
    /// # Errors
    /// As [`DevicePreset::times`].
    pub fn batch_times(&self, model: &ModelProfile, images: u32) -> Result<RunTimes, Problem> {
        let rate = self.rate_for(&model.file.precision)?;
        let layers: Vec<f64> = model.layers.iter().map(|layer| self.layer_s(layer, rate, u64::from(images))).collect();
        let upto = model.taps.iter().map(|tap| SimTime::from_secs(layers.iter().take(tap.layers as usize).sum()));
        Ok(RunTimes { per_call: self.per_call.value, upto: upto.collect(), extrapolated: !self.covers(model) })
    }

    /// Seconds of one call that runs these layers on one image.
    ///
    /// # Errors
    /// As [`DevicePreset::times`].
    pub fn call_s(&self, precision: &str, layers: &[LayerProfile]) -> Result<f64, Problem> {
        let rate = self.rate_for(precision)?;
        Ok(self.per_call.value.secs() + layers.iter().map(|layer| self.layer_s(layer, rate, 1)).sum::<f64>())
    }

    /// Multiply-accumulates per second in this number format.
    fn rate_for(&self, precision: &str) -> Result<f64, Problem> {
        let known = self.rate.keys().map(String::as_str);
        let missing = || {
            Problem::new(format!("{} has no rate for the number format of this model", self.title))
                .received(format!("`{precision}`"))
                .remedy(remedy_for_name(precision, known))
        };
        self.rate.get(precision).map(|figure| figure.value.0).ok_or_else(missing)
    }

    fn layer_s(&self, layer: &LayerProfile, rate: f64, images: u64) -> f64 {
        let bytes = layer.weight_bytes + images * (layer.input_bytes + layer.output_bytes);
        let arithmetic = (images * layer.macs) as f64 / rate;
        let traffic = bytes as f64 / self.bandwidth.value.0;
        arithmetic.max(traffic) + self.per_layer.value.secs()
    }

    fn covers(&self, model: &ModelProfile) -> bool {
        (self.fitted.least.0..=self.fitted.most.0).contains(&model.macs)
    }

    /// Whether these models fit here together: all their files in flash, the largest activations in RAM; where there
    /// is no flash, both in RAM.
    ///
    /// # Errors
    /// A [`Problem`] that names the memory that is too small.
    pub fn fits(&self, models: &[&ModelProfile]) -> Result<(), Problem> {
        self.fits_batches(models, 1)
    }

    /// The same where so many images are computed at once, each with its activations.
    ///
    /// # Errors
    /// A [`Problem`] that names the memory that is too small.
    pub fn fits_batches(&self, models: &[&ModelProfile], images: u32) -> Result<(), Problem> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let weights: u64 = models.iter().map(|m| m.file.bytes).sum();
        let activations = models.iter().map(|m| m.peak_activation_bytes * u64::from(images)).max().unwrap_or(0);
        let in_ram = activations + if memory.flash.is_none() { weights } else { 0 };
        let flash = memory.flash.as_ref().map_or(u64::MAX, |f| f.value.0);
        self.room("flash", weights, flash)?;
        self.room("RAM", in_ram, memory.ram.value.0)
    }

    fn room(&self, memory: &str, needed: u64, present: u64) -> Result<(), Problem> {
        if needed <= present {
            return Ok(());
        }
        Err(Problem::new(format!("too large for the {memory} of {}", self.title))
            .received(format!("{needed} bytes"))
            .remedy(format!(
                "at most {present} bytes fit: take a smaller or more compressed model, or a larger device"
            )))
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;
    use crate::catalog::{Figure, device};
    use crate::units::{Bytes, BytesPerSec, MacsPerSec};

    fn figure<T>(value: T) -> Figure<T> {
        Figure { value, source: "test".into(), derived: None }
    }

    /// 1 MMAC/s, 1 kB/s, 10 us a layer, 3 us a call.
    fn slow() -> DevicePreset {
        let mut preset = device("stm32u575").unwrap();
        preset.rate = [("f32".into(), figure(MacsPerSec(1e6)))].into();
        preset.bandwidth = figure(BytesPerSec(1e3));
        preset.per_layer = figure(SimTime::from_ns(10_000));
        preset.per_call = figure(SimTime::from_ns(3_000));
        preset
    }

    #[test]
    fn the_slower_of_arithmetic_and_traffic_counts() {
        let mut model = made_up::profile("m", 2);
        (model.layers[0].macs, model.layers[1].macs) = (2_000_000, 0);
        (model.layers[0].weight_bytes, model.layers[0].input_bytes, model.layers[0].output_bytes) = (10, 20, 30);
        (model.layers[1].weight_bytes, model.layers[1].input_bytes, model.layers[1].output_bytes) = (100, 200, 700);
        let times = slow().times(&model).unwrap();
        assert_eq!(times.per_call.ns(), 3_000);
        let ns: Vec<u64> = times.upto.iter().map(|t| t.ns()).collect();
        assert_eq!(ns, [0, 2_000_010_000, 3_000_020_000]);
    }

    /// Of two images the first layer is bound by arithmetic, the second by traffic, its weights read once.
    #[test]
    fn a_batch_reads_weights_once() {
        let mut model = made_up::profile("m", 2);
        (model.layers[0].macs, model.layers[1].macs) = (2_000_000, 0);
        (model.layers[0].weight_bytes, model.layers[0].input_bytes, model.layers[0].output_bytes) = (10, 20, 30);
        (model.layers[1].weight_bytes, model.layers[1].input_bytes, model.layers[1].output_bytes) = (100, 200, 700);
        let times = slow().batch_times(&model, 2).unwrap();
        let ns: Vec<u64> = times.upto.iter().map(|t| t.ns()).collect();
        assert_eq!((times.per_call.ns(), &ns[..]), (3_000, &[0, 4_000_010_000, 5_900_020_000][..]));
    }

    #[test]
    fn outside_the_fitted_range_is_told() {
        let mut model = made_up::profile("m", 2);
        model.macs = 264_191;
        assert!(slow().times(&model).unwrap().extrapolated);
        model.macs = 264_192;
        assert!(!slow().times(&model).unwrap().extrapolated);
    }

    #[test]
    fn a_number_format_without_rate_is_refused() {
        let mut model = made_up::profile("m", 2);
        model.file.precision = "int8".into();
        let problem = slow().times(&model).unwrap_err().to_string();
        assert!(problem.contains("`int8`") && problem.contains("f32"), "{problem}");
    }

    #[test]
    fn resnet_8_takes_what_was_published() {
        let mut model = made_up::profile("resnet-8", 1);
        model.layers.truncate(1);
        model.file.precision = "int8".into();
        model.layers[0].macs = 12_501_632;
        let times = device("stm32u575").unwrap().times(&model).unwrap();
        let published = 1.0 / 9.003;
        assert!((times.upto[1].secs() / published - 1.0).abs() < 0.001);
    }

    #[test]
    fn flash_holds_all_files_and_ram_the_largest_activations() {
        let mut preset = device("stm32l072").unwrap();
        let memory = preset.memory.as_mut().unwrap();
        memory.ram.value = Bytes(1000);
        memory.flash = Some(figure(Bytes(100)));
        let (mut a, mut b) = (made_up::profile("a", 2), made_up::profile("b", 2));
        (a.file.bytes, a.peak_activation_bytes) = (60, 1000);
        (b.file.bytes, b.peak_activation_bytes) = (40, 900);
        assert!(preset.fits(&[&a, &b]).is_ok());
        b.file.bytes = 41;
        assert!(preset.fits(&[&a, &b]).unwrap_err().what.contains("flash"));
        a.peak_activation_bytes = 1001;
        assert!(preset.fits(&[&a]).unwrap_err().what.contains("RAM"));
        preset.memory.as_mut().unwrap().flash = None;
        a.peak_activation_bytes = 941;
        assert!(preset.fits(&[&a]).unwrap_err().what.contains("RAM"));
    }
}
