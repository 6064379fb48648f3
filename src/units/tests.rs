use super::*;
use proptest::prelude::*;

#[test]
fn reads_units_and_tells_bits_from_bytes() {
    assert_eq!("20 ms".parse::<SimTime>().unwrap().ns(), 20_000_000);
    assert_eq!("1.5 Mbit/s".parse::<BitsPerSec>().unwrap(), BitsPerSec(1_500_000));
    assert_eq!("2 KiB".parse::<Bytes>().unwrap(), Bytes(2048));
    assert_eq!("1e3 s".parse::<SimTime>().unwrap(), SimTime::from_secs(1000.0));
    assert_eq!("200_000 /s".parse::<PerSec>().unwrap(), PerSec(200_000.0));
}

#[test]
fn refuses_with_reason_and_accepted_units() {
    for (text, reason) in [("20", "missing"), ("20 parsec", "unknown"), ("fast", "not a number"), ("-1 s", "negative")]
    {
        let error = text.parse::<SimTime>().unwrap_err();
        assert!(error.reason.contains(reason), "{text}: {error}");
        assert!(error.to_string().contains("ms"), "{error}");
    }
    assert_eq!("1e30 s".parse::<SimTime>().unwrap_err().reason, "too large");
    assert!("1e999 W".parse::<Watts>().is_err());
}

#[test]
fn transfer_time_rounds_up_and_survives_extremes() {
    assert_eq!(BitsPerSec(8).time_for(Bytes(1)).ns(), 1_000_000_000);
    assert_eq!(BitsPerSec(3).time_for(Bytes(1)).ns(), 2_666_666_667);
    assert_eq!(BitsPerSec(0).time_for(Bytes(1)), SimTime::NEVER);
    assert_eq!(BitsPerSec(1).time_for(Bytes(u64::MAX)), SimTime::NEVER);
}

proptest! {
    #[test]
    fn times_print_what_they_parse(ns in 0u64..(1 << 52)) {
        let time = SimTime::from_ns(ns);
        prop_assert_eq!(time.to_string().parse::<SimTime>().unwrap(), time);
    }

    #[test]
    fn bytes_print_what_they_parse(bytes in 0u64..(1 << 52)) {
        prop_assert_eq!(Bytes(bytes).to_string().parse::<Bytes>().unwrap(), Bytes(bytes));
    }

    #[test]
    fn watts_print_what_they_parse(watts in 0f64..1e9) {
        prop_assert_eq!(Watts(watts).to_string().parse::<Watts>().unwrap(), Watts(watts));
    }

    #[test]
    fn rates_print_what_they_parse(rate in 0f64..1e9) {
        prop_assert_eq!(PerSec(rate).to_string().parse::<PerSec>().unwrap(), PerSec(rate));
    }

    #[test]
    fn never_panics(text in "\\PC{0,12}") {
        let _ = text.parse::<SimTime>();
        let _ = text.parse::<Bytes>();
    }
}
