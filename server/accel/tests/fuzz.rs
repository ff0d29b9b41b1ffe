//! Bytes by chance against the codecs: for seconds here, for an hour in `make soak` (`SLUICE_FUZZ_SECONDS`). The seed is
//! printed, so that a find can be repeated (`SLUICE_FUZZ_SEED`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use accel::key;
use accel::mask::Mask;
use accel::row_json::{JsonField, RowJson};
use model::wire::{put_bytes, put_double, put_int};
use model::{DataType, Value};
use testkit::Chance;

fn fields() -> Vec<JsonField> {
    DataType::OFFERED
        .iter()
        .enumerate()
        .map(|(index, data_type)| JsonField {
            number: index as u32 * 3 + 1,
            name: format!("f{index}"),
            data_type: *data_type,
            as_string: index % 2 == 0,
            rows: None,
        })
        .collect()
}

/// A row that is nearly right: real fields, then some bytes changed, cut or doubled.
fn row(chance: &mut Chance) -> Vec<u8> {
    let mut row = Vec::new();
    for _ in 0..chance.below(14) {
        let number = chance.below(40) as u32 + 1;
        match chance.below(3) {
            0 => put_int(&mut row, number, chance.number() as i64),
            1 => put_double(&mut row, number, f64::from_bits(chance.number())),
            _ => put_bytes(&mut row, number, &chance.text()),
        }
    }
    chance.spoil(&mut row);
    row
}

#[test]
fn rows_by_chance_become_json_or_an_error_and_never_half_of_it() {
    let (plan, mask) = (RowJson::new(&fields()), Mask::new([1, 7, 22]));
    let mut right = 0_u64;
    Chance::run("protobuf to JSON", |chance| {
        let row = row(chance);
        let mut out = b"before".to_vec();
        match plan.write(&mut out, &row) {
            Ok(()) => {
                let read: serde_json::Value = serde_json::from_slice(&out[6..]).unwrap_or_else(|error| panic!("{error}: {row:02x?}"));
                assert_eq!(read.as_object().unwrap().len(), fields().len());
                right += 1;
            }
            Err(_) => assert_eq!(out, b"before"),
        }
        let mut masked = Vec::new();
        if mask.apply(&mut masked, &row).is_ok() {
            assert!(masked.len() <= row.len());
            let mut twice = Vec::new();
            mask.apply(&mut twice, &masked).unwrap();
            assert_eq!(twice, masked);
        }
    });
    assert!(right > 0, "nothing was ever right, so nothing was tried");
}

fn value(chance: &mut Chance) -> Value {
    match chance.below(7) {
        0 => Value::Null,
        1 => Value::Bool(chance.below(2) == 0),
        2 => Value::Int(chance.number() as i64),
        3 => Value::Float(f64::from_bits(chance.number())),
        4 => Value::Bytes(chance.text()),
        5 => Value::Text(
            ["2013-02-28", "-12.5", "10:11:12.5", "2013-01-01T00:00:00Z", "1e9", "+7", ".", "-"][chance.below(8) as usize].into(),
        ),
        _ => Value::Text(String::from_utf8_lossy(&chance.text()).into_owned()),
    }
}

#[test]
fn keys_by_chance_are_bounded_and_equal_only_for_equal_values() {
    Chance::run("keys", |chance| {
        let data_type = DataType::OFFERED[chance.below(DataType::OFFERED.len() as u64) as usize];
        let (a, b) = (value(chance), value(chance));
        let (one, other) = (key::encode([(data_type, &a)]), key::encode([(data_type, &b)]));
        for made in [&one, &other].into_iter().flatten() {
            assert!(!made.is_empty() && made.len() <= key::MAX_KEY);
        }
        if let (Ok(one), Ok(other), DataType::String) = (&one, &other, data_type) {
            assert_eq!(one == other, a == b, "{a:?} {b:?}");
        }
    });
}
