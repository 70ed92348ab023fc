use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::sample;

fn file() -> RunFile {
    RunFile { results: vec![sample::passing(), sample::failing()] }
}

fn small() -> RunFile {
    RunFile { results: vec![sample::of_seeds(42..43)] }
}

/// Made once: the property tests read it hundreds of times.
static SMALL: LazyLock<Vec<u8>> = LazyLock::new(|| small().to_bytes().expect("small"));

#[test]
fn what_is_written_is_read() {
    let file = file();
    let bytes = file.to_bytes().expect("small");
    assert_eq!(RunFile::from_bytes(&bytes).expect("as written"), file);
    assert_eq!(file.to_bytes().expect("small"), bytes, "equal results, equal bytes");
}

#[test]
fn unknown_sections_are_skipped() {
    let file = small();
    let mut bytes = file.to_bytes().expect("small");
    bytes.truncate(bytes.len() - (1 + END.len() + 8 + 4));
    append(&mut bytes, b"pictures", b"of a later version");
    append(&mut bytes, END, &[]);
    assert_eq!(RunFile::from_bytes(&bytes).expect("skipped"), file);
}

#[test]
fn a_checksum_is_the_one_of_zlib() {
    assert_eq!(crc32([b"1234".as_slice(), b"56789"]), 0xCBF4_3926);
}

#[test]
fn what_is_wrong_is_said() {
    let says = |bytes: &[u8]| RunFile::from_bytes(bytes).expect_err("wrong").to_string();
    assert_eq!(says(b""), "it is not a run file of pbxsim");
    assert_eq!(says(b"pbxsim: 1\n"), "it is not a run file of pbxsim");
    assert_eq!(says(&MAGIC[..3]), "it is cut off");
    let mut bytes = small().to_bytes().expect("small");
    bytes[MAGIC.len()] = 2;
    assert_eq!(says(&bytes), "it was written in version 2 of the format; this pbxsim reads version 1");
    bytes[MAGIC.len()] = 1;
    bytes.push(0);
    assert_eq!(says(&bytes), "it is damaged: something follows its end");
    let mut headless = MAGIC.to_vec();
    headless.extend(VERSION.to_le_bytes());
    append(&mut headless, SEED, b"{}");
    assert_eq!(says(&headless), "it is damaged: a section comes before its header");
}

#[test]
fn a_length_beyond_memory_is_cut_off() {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(b"\x04seed\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0");
    assert!(matches!(RunFile::from_bytes(&bytes), Err(ReadError::CutOff)));
}

#[test]
fn writing_replaces_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("morning.pbxrun");
    fs::write(&path, "what stood there").expect("writable");
    small().write_atomically(&path).expect("writable");
    assert_eq!(RunFile::read(&path).expect("as written"), small());
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
}

#[test]
fn a_missing_folder_is_an_error_with_the_path() {
    let error = small().write_atomically(Path::new("no/such/folder/x.pbxrun")).expect_err("no such folder");
    assert!(error.to_string().starts_with("no/such/folder/x.pbxrun was not written: "), "{error}");
}

#[test]
fn a_number_survives_to_the_last_bit() {
    let mut file = small();
    file.results[0].header.wall_s = 0.1 + 0.2;
    file.results[0].seeds[0].stocks[0].offered_erlangs = Some(1.0 / 3.0 + 1e-17);
    let read = RunFile::from_bytes(&file.to_bytes().expect("small")).expect("as written");
    assert_eq!(read, file);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn truncated_anywhere_it_is_an_error(cut in 0_usize..100_000) {
        let bytes = &*SMALL;
        let cut = cut % bytes.len();
        prop_assert!(RunFile::from_bytes(&bytes[..cut]).is_err());
    }

    #[test]
    fn a_flipped_bit_is_an_error(at in 0_usize..1_000_000, bit in 0_u8..8) {
        let mut bytes = SMALL.clone();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert!(RunFile::from_bytes(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut with_magic = MAGIC.to_vec();
        with_magic.extend(VERSION.to_le_bytes());
        with_magic.extend(&bytes);
        prop_assert!(RunFile::from_bytes(&bytes).is_err());
        prop_assert!(RunFile::from_bytes(&with_magic).is_err());
    }
}

/// Replaces the `at`th number of a JSON value.
fn replace_number(value: &mut serde_json::Value, at: &mut usize, with: &serde_json::Value) {
    match value {
        serde_json::Value::Number(_) => {
            if *at == 0 {
                *value = with.clone();
            }
            *at = at.wrapping_sub(1);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| replace_number(value, at, with)),
        serde_json::Value::Object(values) => values.values_mut().for_each(|value| replace_number(value, at, with)),
        _ => {}
    }
}

/// The sample with short latencies, as JSON: what a forger with the right checksums may change.
static HONEST: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let mut result = sample::of_seeds(42..44);
    for latency in result.seeds.iter_mut().flat_map(|seed| &mut seed.latencies) {
        latency.latency = crate::latency::Latency::new();
        (0..40).for_each(|i| latency.latency.record(i * 1_000_000));
    }
    serde_json::to_value(&result).expect("plain data")
});

fn forged(at: usize, with: &serde_json::Value) -> Option<RunResult> {
    let mut value = HONEST.clone();
    replace_number(&mut value, &mut { at }, with);
    serde_json::from_value(value).ok()
}

#[test]
fn a_forged_number_is_refused_or_rendered_but_never_a_panic() {
    for with in
        [serde_json::json!(0), serde_json::json!(u64::MAX), serde_json::json!(u32::MAX), serde_json::json!(-1e300)]
    {
        for at in 0..900 {
            if let Some(result) = forged(at, &with) {
                let file = RunFile { results: vec![result] };
                assert!(crate::render::json::render(&file).starts_with('{'));
                assert!(
                    crate::render::text::render(&file, &crate::render::text::Options::default()).lines().count() <= 45
                );
            }
        }
    }
}

#[test]
fn twenty_seeds_of_a_rush_take_little_room() {
    let bytes = RunFile { results: vec![sample::passing()] }.to_bytes().expect("small");
    assert!(bytes.len() < 2 << 20, "{} bytes", bytes.len());
}

#[test]
fn whole_results_are_recovered_from_whatever_a_crash_leaves() {
    let result = |seeds: std::ops::Range<u64>| {
        let mut result = sample::of_seeds(seeds);
        result.header.seeds_wanted = 2;
        result
    };
    let (first, second) = (result(1..3), result(5..7));
    let mut bytes = opening();
    bytes.extend(sections(&first));
    let one = bytes.len();
    bytes.extend(sections(&second));
    assert_eq!(recover(&bytes), (vec![first.clone(), second], bytes.len()));
    // Cut off anywhere in the second: the first is there.
    for cut in (one..bytes.len()).step_by(97) {
        assert_eq!(recover(&bytes[..cut]), (vec![first.clone()], one), "{cut}");
    }
    bytes[one + 20] ^= 1;
    assert_eq!(recover(&bytes).1, one);
    assert_eq!(recover(&[]), (Vec::new(), 0));
    assert_eq!(recover(b"something else altogether"), (Vec::new(), 0));
}
