#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| mapreel_fuzz::bounded::check(mapreel_fuzz::target("styles"), input));
