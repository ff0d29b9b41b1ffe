//! The bytes of a chunk: the points of one series in one tier, from one process.
//!
//! A version, the length of the body, and the body in zstd with its checksum. The body has columns, because a figure resembles itself a
//! moment later more than it resembles the figure beside it.

use std::collections::{BTreeMap, BTreeSet};

use model::clock::{Millis, SECOND};

use crate::latencies::buckets;
use crate::varint::{Reader, put, put_signed};
use crate::{GaugeRange, Latencies, Malformed, Point, Tier};

mod columns;

/// Another layout has another number; this program then says that it cannot read it.
const VERSION: u8 = 1;
/// More than 60 points can need that fill every bucket. A body that wants to be larger is no chunk.
const MAX_BODY: usize = 1 << 20;
/// Higher levels gain nothing on columns of small numbers.
const LEVEL: i32 = 3;

/// The points of a chunk by the beginning of their intervals. Those that are not of this chunk are left out. Latencies are as fine as the
/// tier, and rounded as [`Latencies`] describes; everything else is exact, times to the second.
///
/// # Errors
/// Where zstd has no memory.
pub fn encode(tier: Tier, start: Millis, points: &BTreeMap<Millis, Point>) -> Result<Vec<u8>, Malformed> {
    let points: Vec<(u64, &Point)> = points
        .range(start..start.saturating_add(tier.chunk_span()))
        .filter(|(at, _)| tier.interval(**at) == **at)
        .map(|(at, point)| (((at - start) / tier.step()).unsigned_abs(), point))
        .collect();
    let mut body = vec![tier.number()];
    put(&mut body, points.len() as u64);
    columns::put_ascending(&mut body, points.iter().map(|(slot, _)| *slot));
    for (slot, point) in &points {
        let begin = start + *slot as Millis * tier.step();
        put(&mut body, whole_seconds(begin.saturating_sub(point.since)));
    }
    put_counters(&mut body, &points);
    put_gauges(&mut body, &points, start);
    put_latencies(&mut body, &points, tier);
    let mut out = vec![VERSION];
    put(&mut out, body.len() as u64);
    out.extend(compress(&body).map_err(|_| Malformed::Compression)?);
    Ok(out)
}

/// # Errors
/// Bytes that [`encode`] has not made of this tier.
pub fn decode(tier: Tier, start: Millis, bytes: &[u8]) -> Result<BTreeMap<Millis, Point>, Malformed> {
    if !(-MAX_START..=MAX_START).contains(&start) || tier.chunk(start) != start {
        return Err(Malformed::OutOfRange("its beginning"));
    }
    let mut outer = Reader(bytes);
    match outer.byte("its version")? {
        VERSION => {}
        other => return Err(Malformed::Version(other)),
    }
    let length = outer.below(MAX_BODY as u64 + 1, "the length of the body")? as usize;
    // The bound is the memory that is taken, whatever the compressed part says of itself.
    let body = zstd::bulk::decompress(outer.0, length).map_err(|_| Malformed::Compression)?;
    if body.len() != length {
        return Err(Malformed::OutOfRange("the length of the body"));
    }
    let mut reader = Reader(&body);
    if reader.byte("its tier")? != tier.number() {
        return Err(Malformed::OutOfRange("its tier"));
    }
    let count = reader.below(tier.slots() + 1, "the number of points")?;
    let slots = columns::ascending(&mut reader, count, tier.slots(), "the place of a point")?;
    let mut points = Vec::with_capacity(slots.len());
    for slot in slots {
        let begin = start + slot as Millis * tier.step();
        let back = reader.below(MAX_BACK, "the beginning of a point")? as Millis;
        points.push((begin, Point::empty(begin - back * SECOND)));
    }
    read_counters(&mut reader, &mut points)?;
    read_gauges(&mut reader, &mut points, start)?;
    read_latencies(&mut reader, &mut points, tier)?;
    if reader.0.is_empty() { Ok(points.into_iter().collect()) } else { Err(Malformed::Trailing) }
}

/// Far beyond any clock, so that no time of a point overflows.
const MAX_START: Millis = 1 << 50;
/// Seconds that a point may reach back: ten years.
const MAX_BACK: u64 = 10 * 366 * 86_400;

fn whole_seconds(span: Millis) -> u64 {
    (span.clamp(0, MAX_START) + SECOND / 2).div_euclid(SECOND).unsigned_abs().min(MAX_BACK - 1)
}

fn compress(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(body)
}

fn put_counters(body: &mut Vec<u8>, points: &[(u64, &Point)]) {
    let numbers: BTreeSet<u16> = points.iter().flat_map(|(_, point)| point.counters.keys().copied()).collect();
    put(body, numbers.len() as u64);
    columns::put_ascending(body, numbers.iter().map(|number| u64::from(*number)));
    for number in &numbers {
        columns::put_counts(body, points.iter().map(|(_, point)| point.counters.get(number).copied().unwrap_or(0)));
    }
}

fn read_counters(reader: &mut Reader<'_>, points: &mut [(Millis, Point)]) -> Result<(), Malformed> {
    for number in numbers(reader, "the number of a counter")? {
        let counts = columns::counts(reader, points.len(), "a counter")?;
        for ((_, point), count) in points.iter_mut().zip(counts).filter(|(_, count)| *count > 0) {
            point.counters.insert(number, count);
        }
    }
    Ok(())
}

fn numbers(reader: &mut Reader<'_>, what: &'static str) -> Result<Vec<u16>, Malformed> {
    let all = u64::from(u16::MAX) + 1;
    let count = reader.below(all, what)?;
    Ok(columns::ascending(reader, count, all, what)?.into_iter().map(|number| number as u16).collect())
}

fn put_gauges(body: &mut Vec<u8>, points: &[(u64, &Point)], start: Millis) {
    let numbers: BTreeSet<u16> = points.iter().flat_map(|(_, point)| point.gauges.keys().copied()).collect();
    put(body, numbers.len() as u64);
    columns::put_ascending(body, numbers.iter().map(|number| u64::from(*number)));
    for number in &numbers {
        let mut before = 0;
        for (_, point) in points {
            let Some(range) = point.gauges.get(number) else {
                body.push(0);
                continue;
            };
            body.push(1);
            put_signed(body, (range.at - start).div_euclid(SECOND));
            put_signed(body, range.last.wrapping_sub(before));
            put(body, range.last.abs_diff(range.min));
            put(body, range.max.abs_diff(range.last));
            before = range.last;
        }
    }
}

fn read_gauges(reader: &mut Reader<'_>, points: &mut [(Millis, Point)], start: Millis) -> Result<(), Malformed> {
    for number in numbers(reader, "the number of a gauge")? {
        let mut before = 0_i64;
        for (_, point) in &mut *points {
            if reader.below(2, "whether a gauge is there")? == 0 {
                continue;
            }
            let seconds = reader.signed("the time of a gauge")?;
            let at =
                seconds.checked_mul(SECOND).and_then(|span| start.checked_add(span)).ok_or(Malformed::OutOfRange("the time of a gauge"))?;
            let last = before.wrapping_add(reader.signed("a gauge")?);
            let min = last.checked_sub_unsigned(reader.number("a gauge")?).ok_or(Malformed::OutOfRange("a gauge"))?;
            let max = last.checked_add_unsigned(reader.number("a gauge")?).ok_or(Malformed::OutOfRange("a gauge"))?;
            point.gauges.insert(number, GaugeRange { at, last, min, max });
            before = last;
        }
    }
    Ok(())
}

fn put_latencies(body: &mut Vec<u8>, points: &[(u64, &Point)], tier: Tier) {
    let measured: Vec<Option<Latencies>> = points
        .iter()
        .map(|(_, point)| point.latencies.as_ref().filter(|all| !all.is_empty()).map(|all| all.coarser(tier.power()).rounded()))
        .collect();
    body.extend(measured.iter().map(|all| u8::from(all.is_some())));
    let there: Vec<&Latencies> = measured.iter().flatten().collect();
    columns::put_counts(body, there.iter().map(|all| all.sum));
    columns::put_counts(body, there.iter().map(|all| all.max));
    let occupied: BTreeSet<u16> = there.iter().flat_map(|all| all.buckets.iter().map(|(bucket, _)| *bucket)).collect();
    put(body, occupied.len() as u64);
    columns::put_ascending(body, occupied.iter().map(|bucket| u64::from(*bucket)));
    // Each histogram is walked once, because its buckets come in the same order.
    let mut walks: Vec<_> = there.iter().map(|all| all.buckets.iter().peekable()).collect();
    let columns: Vec<Vec<u64>> = occupied
        .iter()
        .map(|bucket| walks.iter_mut().map(|walk| walk.next_if(|(own, _)| own == bucket).map_or(0, |(_, count)| *count)).collect())
        .collect();
    // Rounded counts of one bucket end in zeros that they share.
    let scale_of = |column: &Vec<u64>| column.iter().fold(0_u64, |bits, count| bits | count).trailing_zeros().min(63);
    body.extend(columns.iter().map(|column| scale_of(column) as u8));
    for column in &columns {
        let scale = scale_of(column);
        column.iter().for_each(|count| put(body, count >> scale));
    }
}

fn read_latencies(reader: &mut Reader<'_>, points: &mut [(Millis, Point)], tier: Tier) -> Result<(), Malformed> {
    let mut there = Vec::new();
    for (_, point) in points {
        if reader.below(2, "whether latencies are there")? == 1 {
            there.push(point.latencies.insert(Latencies { power: tier.power(), ..Latencies::default() }));
        }
    }
    let sums = columns::counts(reader, there.len(), "the sum of latencies")?;
    let maxima = columns::counts(reader, there.len(), "the longest latency")?;
    for (all, (sum, max)) in there.iter_mut().zip(sums.into_iter().zip(maxima)) {
        (all.sum, all.max) = (sum, max);
    }
    let all_buckets = u64::from(buckets(tier.power()));
    let count = reader.below(all_buckets + 1, "the number of buckets")?;
    let occupied = columns::ascending(reader, count, all_buckets, "the place of a bucket")?;
    let scales = occupied.iter().map(|_| reader.below(64, "the scale of a bucket")).collect::<Result<Vec<u64>, Malformed>>()?;
    for (bucket, scale) in occupied.into_iter().zip(scales) {
        for all in &mut there {
            let count = reader.below((u64::MAX >> scale).saturating_add(1), "a bucket")? << scale;
            if count > 0 {
                all.buckets.push((bucket as u16, count));
            }
        }
    }
    // A sum without a time, or a maximum without one, is of no histogram.
    if there.iter().any(|all| all.is_empty()) { Err(Malformed::OutOfRange("a bucket")) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
