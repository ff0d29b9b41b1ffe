//! From entries to segments and back.

use std::path::Path;

use model::ErrorCode;
use model::snapshot::Environment;
use model::view::{LoggedCaller, LoggedParameter, LoggedSpan, SpanKind};

use super::*;
use crate::folder::segments;
use crate::search::{CodeFilter, Cursor, Search, Sees};

const NOW: Millis = 1_700_000_000_000;
const DAY: Millis = 86_400_000;

/// Entry `number` of a run: one each second, each third one failed.
fn entry(number: u32) -> RequestEntry {
    let at = NOW + Millis::from(number) * 1_000;
    let failed = number.is_multiple_of(3);
    let digits = format!("{at:012x}");
    RequestEntry {
        at,
        request_id: format!("{}-{}-7000-8000-{number:012x}", &digits[..8], &digits[8..]),
        trace_id: format!("{number:032x}"),
        api: if number.is_multiple_of(2) { "travel/plane".into() } else { "finance/rate".into() },
        version: Some(3),
        environment: Some(Environment::Prod),
        app: "travel/demo-app".into(),
        caller: LoggedCaller::Key,
        code: failed.then_some(ErrorCode::SourceTimeout),
        total_us: 900,
        gateway_us: 100,
        cache_us: 0,
        source_us: 800,
        cache: if failed { String::new() } else { "miss".into() },
        bytes: (!failed).then_some(17),
        node: "here".into(),
        parameters: vec![LoggedParameter { name: "tailnum".into(), value: None }],
        spans: vec![LoggedSpan { note: "db".into(), ..LoggedSpan::new("source", SpanKind::Source, (90, 800), failed) }],
    }
}

fn log(folder: &Path, now: Millis, keep_bytes: u64) -> RequestLog {
    let settings =
        Settings { folder: folder.to_path_buf(), keep_for: 7 * DAY, keep_bytes, node: "here".into(), now: Box::new(move || now) };
    let log = RequestLog::new(settings);
    log.start().unwrap();
    log
}

fn until(is: impl Fn() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < Duration::from_secs(20), "the thread of the log does not come to it");
        std::thread::yield_now();
    }
}

fn all() -> Search {
    Search { limit: 1_000, sees: Sees::All, ..Search::default() }
}

/// Entries of `numbers`, each hundred in a segment of its own.
fn filled(folder: &Path, numbers: std::ops::Range<u32>) -> RequestLog {
    let log = log(folder, NOW, u64::MAX);
    for number in numbers {
        log.keep(entry(number));
        if number % 100 == 99 {
            log.close();
        }
    }
    log
}

#[test]
fn what_is_kept_is_found_again_whole_whether_it_is_written_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let log = filled(folder.path(), 0..250);
    // The last fifty are in memory alone. The thread has them once it answers.
    until(|| log.reader().search(&all()).entries.len() == 250);
    assert_eq!(segments(folder.path()).len(), 2);
    let mut wanted: Vec<RequestEntry> = (0..250).map(entry).collect();
    wanted.reverse();
    assert_eq!(log.reader().search(&all()).entries, wanted);
    log.close();
    assert_eq!(log.reader().search(&all()).entries, wanted);
    // Another process reads the same.
    let again = self::log(folder.path(), NOW, u64::MAX);
    assert_eq!(again.reader().search(&all()).entries, wanted);
    let figures = log.figures();
    assert_eq!((figures.kept, figures.dropped, figures.lost, figures.stopped), (250, 0, 0, false));
}

#[test]
fn pages_follow_each_other_and_filters_narrow() {
    let folder = tempfile::tempdir().unwrap();
    let log = filled(folder.path(), 0..300);
    let reader = log.reader();
    let mut search = Search { limit: 7, api: Some("travel/plane".into()), code: CodeFilter::Failed, ..all() };
    let mut found = Vec::new();
    loop {
        let page = reader.search(&search);
        assert!(page.entries.len() <= 7);
        found.extend(page.entries);
        let Some(next) = page.next else { break };
        search.after = Cursor::read(&next.text());
    }
    let wanted: Vec<RequestEntry> = (0..300).rev().filter(|number| number % 6 == 0).map(entry).collect();
    assert_eq!(found, wanted);
    let between = Search { from: Some(NOW + 10_000), to: Some(NOW + 20_000), ..all() };
    let page = reader.search(&between);
    assert_eq!((page.entries.len(), page.opened), (10, 1), "segments of other times are not opened");
    let of = |sees: Sees| reader.search(&Search { sees, ..all() }).entries.len();
    assert_eq!(of(Sees::Of { apis: vec!["finance".into()], apps: Vec::new() }), 150);
    assert_eq!(of(Sees::Of { apis: Vec::new(), apps: vec!["travel".into()] }), 300);
    assert_eq!(of(Sees::None), 0);
}

#[test]
fn a_search_by_id_reads_one_segment_of_many() {
    let folder = tempfile::tempdir().unwrap();
    let reader = filled(folder.path(), 0..2_000).reader();
    let by_id = |id: String| reader.search(&Search { request_id: Some(id), ..all() });
    let found = by_id(entry(1_234).request_id);
    assert_eq!(found.entries, [entry(1_234)]);
    assert_eq!(found.read, 1);
    assert!(found.opened <= 2, "{} were opened", found.opened);
    // An id that says no time: the bloom filters of all are asked, and nearly no rows are read.
    let found = by_id("0".repeat(36));
    assert_eq!((found.entries.len(), found.opened), (0, 20));
    assert!(found.read <= 1, "{} were read", found.read);
}

#[test]
fn what_a_kill_has_cut_off_is_removed_and_a_broken_segment_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 0..200));
    let whole = segments(folder.path()).remove(0).path;
    let bytes = std::fs::read(&whole).unwrap();
    let part = whole.with_extension("part");
    std::fs::write(&part, &bytes[..bytes.len() / 2]).unwrap();
    let broken = folder.path().join(format!("{NOW}-{}-9.parquet", NOW + 1));
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).unwrap();
    let log = log(folder.path(), NOW, u64::MAX);
    until(|| !part.exists());
    let found = log.reader().search(&all());
    assert_eq!(found.entries.len(), 200, "the other ones answer");
    assert_eq!(found.unreadable, [format!("{NOW}-{}-9.parquet", NOW + 1)]);
}

#[test]
fn segments_go_by_age_and_by_size() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 0..500));
    let one = std::fs::metadata(&segments(folder.path())[0].path).unwrap().len();
    log(folder.path(), NOW, one * 3 + one / 2).close();
    let left = segments(folder.path());
    assert_eq!((left.len(), left[0].last), (3, NOW + 499_000), "the newest stay");
    log(folder.path(), NOW + 8 * DAY, u64::MAX).close();
    assert!(segments(folder.path()).is_empty());
}

#[test]
fn a_disk_that_takes_nothing_stops_the_log_and_nobody_else_and_it_goes_on_after() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("request-log");
    std::fs::write(&place, "a file where the folder should be").unwrap();
    let log = log(&place, NOW, u64::MAX);
    log.keep(entry(1));
    log.close();
    assert_eq!((log.figures().lost, log.figures().stopped), (1, true));
    std::fs::remove_file(&place).unwrap();
    log.keep(entry(2));
    log.close();
    assert_eq!((log.figures().lost, log.figures().stopped), (1, false));
    assert_eq!(log.reader().search(&all()).entries, [entry(2)]);
}

#[test]
fn a_thread_that_is_behind_makes_nobody_wait() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        Settings { folder: folder.path().to_path_buf(), keep_for: DAY, keep_bytes: u64::MAX, node: String::new(), now: Box::new(|| NOW) };
    // It is not started, so that none is taken.
    let log = RequestLog::new(settings);
    (0..2_000).for_each(|number| log.keep(entry(number)));
    assert_eq!((log.figures().kept, log.figures().dropped), (WAITING as u64, 2_000 - WAITING as u64));
}
