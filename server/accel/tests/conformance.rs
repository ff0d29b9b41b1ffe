//! One suite, every store: what LMDB does, Redis does, alone, over TLS, behind a sentinel and as a cluster of three.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::collections::BTreeMap;

use accel::{AccelErrorKind, Block, Change, Changes, Codec, Dataset, Found, Link, Place, RedisConfig, Sealed, Stores, Trainer};
use model::dataset::{Compression, StoreKind};
use testkit::{Redis, RedisCluster, RedisSentinel};

fn place(version: &str) -> Place {
    Place { dataset: "d1".into(), version: version.into() }
}

/// Rows with every awkward key there is: zeros, long ones, bytes that are no text.
fn rows(count: u32) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut rows: BTreeMap<Vec<u8>, Vec<u8>> = (0..count)
        .map(|number| (number.to_be_bytes().to_vec(), format!("row {number} of a dataset, {}", number % 7).into_bytes()))
        .collect();
    for key in [vec![0], vec![0, 0, 1], vec![0xff; accel::key::MAX_KEY], b"{a}:*\r\n".to_vec(), "ключ".as_bytes().to_vec()] {
        rows.insert(key.clone(), [b"of ".to_vec(), key].concat());
    }
    rows.insert(b"empty".to_vec(), Vec::new());
    rows
}

async fn write(stores: &Stores, kind: StoreKind, place: &Place, rows: &BTreeMap<Vec<u8>, Vec<u8>>, compression: Compression) {
    let mut trainer = Trainer::default();
    rows.values().for_each(|row| trainer.offer(row));
    let synced_from = Some("the beginning".to_owned());
    let sealed = Sealed { rows: rows.len() as u64, compression, dictionary: trainer.train(), synced_from };
    let codec = Codec::new(compression, &sealed.dictionary);
    let mut writer = stores.of(kind).unwrap().create(place, sealed.rows).await.unwrap();
    let pairs: Vec<_> = rows.iter().map(|(key, row)| (key, codec.compress(row).unwrap())).collect();
    for part in pairs.chunks(300) {
        writer.write(part.iter().map(|(key, row)| (key, row)).collect()).await.unwrap();
    }
    writer.seal(&sealed).await.unwrap();
}

async fn get(dataset: &Dataset, key: &[u8]) -> Option<Vec<u8>> {
    let mut row = None;
    match dataset.read_now(key, &mut |found| row = Some(found.to_vec())).unwrap() {
        Found::Now(there) => assert_eq!(there, row.is_some()),
        Found::Elsewhere => row = dataset.read(&[key.to_vec()]).await.unwrap().remove(0).map(|row| row.to_vec()),
    }
    row
}

async fn what_is_written_is_read(stores: &Stores, kind: StoreKind) {
    let rows = rows(2_000);
    for compression in Compression::ALL {
        let place = place(compression.key());
        write(stores, kind, &place, &rows, compression).await;
        let dataset = Dataset::open(&**stores.of(kind).unwrap(), &place).await.unwrap();
        assert_eq!(dataset.rows(), rows.len() as u64);
        for (key, row) in rows.iter().step_by(97).chain(rows.iter().rev().take(8)) {
            assert_eq!(get(&dataset, key).await.as_ref(), Some(row), "{compression:?} {key:?}");
        }
        for absent in [&b""[..], b"no such key", &[9; 500]] {
            assert_eq!(get(&dataset, absent).await, None);
        }
        let keys = vec![b"empty".to_vec(), b"absent".to_vec(), 7_u32.to_be_bytes().to_vec(), b"empty".to_vec()];
        let many = dataset.read(&keys).await.unwrap();
        let wanted = [Some(Vec::new()), None, Some(rows[&keys[2]].clone()), Some(Vec::new())];
        assert_eq!(many.iter().map(|row| row.as_ref().map(|row| row.to_vec())).collect::<Vec<_>>(), wanted);
        let mut sum = accel::Checksum::default();
        rows.iter().for_each(|(key, row)| sum.add(key, row));
        for dividers in [Vec::new(), vec![keys[2].clone()], vec![vec![0xff], vec![0], Vec::new(), vec![0, 0, 1], vec![0]]] {
            assert_eq!(dataset.prove(dividers.clone()).await.unwrap(), sum, "{compression:?} {dividers:?}");
        }
    }
}

async fn versions_do_not_touch_each_other(stores: &Stores, kind: StoreKind) {
    let (old, new) = (place("old"), place("new"));
    write(stores, kind, &old, &rows(50), Compression::None).await;
    let reader = Dataset::open(&**stores.of(kind).unwrap(), &old).await.unwrap();
    write(stores, kind, &new, &rows(500), Compression::None).await;
    assert_eq!(reader.prove(Vec::new()).await.unwrap().rows, rows(50).len() as u64);
    assert_eq!(Dataset::open(&**stores.of(kind).unwrap(), &new).await.unwrap().rows(), rows(500).len() as u64);
    stores.of(kind).unwrap().remove(&new).await.unwrap();
    assert_eq!(Dataset::open(&**stores.of(kind).unwrap(), &new).await.err().unwrap().kind, AccelErrorKind::Missing);
    assert!(get(&reader, &7_u32.to_be_bytes()).await.is_some());
    // Gone already: nothing to do.
    stores.of(kind).unwrap().remove(&new).await.unwrap();
}

async fn what_was_not_sealed_is_not_there(stores: &Stores, kind: StoreKind) {
    let place = place("half");
    let mut writer = stores.of(kind).unwrap().create(&place, 10).await.unwrap();
    writer.write(Block::from_iter([([1], [2])])).await.unwrap();
    writer.abandon().await;
    assert_eq!(Dataset::open(&**stores.of(kind).unwrap(), &place).await.err().unwrap().kind, AccelErrorKind::Missing);
    // A second try begins again, without the rows of the first.
    write(stores, kind, &place, &BTreeMap::from([(vec![3], vec![4])]), Compression::None).await;
    let dataset = Dataset::open(&**stores.of(kind).unwrap(), &place).await.unwrap();
    assert_eq!((get(&dataset, &[1]).await, get(&dataset, &[3]).await), (None, Some(vec![4])));
}

async fn a_key_twice_is_refused(stores: &Stores, kind: StoreKind) {
    let mut writer = stores.of(kind).unwrap().create(&place("twice"), 10).await.unwrap();
    let written = match writer.write(Block::from_iter([([1], [2]), ([1], [3])])).await {
        Ok(()) => writer.seal(&Sealed { rows: 2, ..Sealed::default() }).await,
        Err(error) => Err(error),
    };
    assert!(written.is_err());
}

/// What has changed is read over what was sealed, in every way of reading; each change counts once, and one writer alone.
async fn changes_are_read_over_what_was_sealed(stores: &Stores, kind: StoreKind) {
    for compression in [Compression::None, Compression::Zstd] {
        let place = place(&format!("followed-{}", compression.key()));
        let mut wanted = rows(1_000);
        write(stores, kind, &place, &wanted, compression).await;
        let open = Dataset::open(&**stores.of(kind).unwrap(), &place).await.unwrap();
        let (mut first, from) = Changes::take(&**stores.of(kind).unwrap(), &place, 1).await.unwrap();
        assert_eq!(from, "the beginning");
        let key = |number: u32| number.to_be_bytes().to_vec();
        let put = |number: u32, row: &str| Change::Put(key(number), row.as_bytes().to_vec());
        let part =
            vec![put(7, "is another"), put(5_000, "was new"), Change::Delete(key(8)), Change::Delete(key(6_000)), put(7, "is the last")];
        first.apply(part.clone(), "one").await.unwrap();
        // Written once more, as after a lost acknowledgement, it changes nothing.
        first.apply(part, "one").await.unwrap();
        wanted.insert(key(7), b"is the last".to_vec());
        wanted.insert(key(5_000), b"was new".to_vec());
        wanted.remove(&key(8));
        let (mut second, from) = Changes::take(&**stores.of(kind).unwrap(), &place, 2).await.unwrap();
        assert_eq!(from, "one");
        let late = first.apply(vec![put(9, "of a dead writer")], "never").await.unwrap_err();
        assert_eq!(late.kind, AccelErrorKind::TakenOver);
        assert_eq!(Changes::take(&**stores.of(kind).unwrap(), &place, 1).await.err().unwrap().kind, AccelErrorKind::TakenOver);
        second.apply(vec![Change::Delete(key(5_000)), put(8, "is back")], "two").await.unwrap();
        wanted.remove(&key(5_000));
        wanted.insert(key(8), b"is back".to_vec());
        for number in [6_u32, 7, 8, 9, 5_000, 6_000] {
            assert_eq!(get(&open, &key(number)).await.as_ref(), wanted.get(&key(number)), "{number} of {compression:?}");
        }
        let keys: Vec<Vec<u8>> = [7_u32, 5_000, 8, 9].map(key).to_vec();
        let many: Vec<_> = open.read(&keys).await.unwrap().into_iter().map(|row| row.map(|row| row.to_vec())).collect();
        assert_eq!(many, keys.iter().map(|key| wanted.get(key).cloned()).collect::<Vec<_>>());
        let mut sum = accel::Checksum::default();
        wanted.iter().for_each(|(key, row)| sum.add(key, row));
        assert_eq!(open.prove(vec![key(8), key(900)]).await.unwrap(), sum);
        drop((open, first, second));
        let again = Dataset::open(&**stores.of(kind).unwrap(), &place).await.unwrap();
        assert_eq!(again.prove(Vec::new()).await.unwrap(), sum);
        assert_eq!(get(&again, b"").await, None, "what is remembered is no row");
        assert_eq!(Changes::take(&**stores.of(kind).unwrap(), &place, 3).await.unwrap().1, "two");
    }
}

/// A Redis that comes back without what was written last is noticed, and gone on with from what it has.
#[tokio::test]
async fn a_redis_that_forgot_the_last_changes_is_noticed() {
    let redis = Redis::start();
    let (stores, _folder) = linked(redis.url(), None);
    let place = place("forgetful");
    write(&stores, StoreKind::Redis, &place, &rows(100), Compression::None).await;
    let (mut changes, _) = Changes::take(&**stores.of(StoreKind::Redis).unwrap(), &place, 1).await.unwrap();
    changes.apply(vec![Change::Delete(vec![1])], "one").await.unwrap();
    changes.apply(vec![Change::Delete(vec![2])], "two").await.unwrap();
    assert_eq!(redis.cli(&["hset", "sluice:data:d1:forgetful:meta", "position", "one"]), "0");
    let noticed = changes.apply(vec![Change::Delete(vec![3])], "three").await.unwrap_err();
    assert_eq!(noticed.kind, AccelErrorKind::TakenOver);
    assert_eq!(Changes::take(&**stores.of(StoreKind::Redis).unwrap(), &place, 2).await.unwrap().1, "one");
}

async fn everything(stores: &Stores, kind: StoreKind) {
    what_is_written_is_read(stores, kind).await;
    versions_do_not_touch_each_other(stores, kind).await;
    what_was_not_sealed_is_not_there(stores, kind).await;
    a_key_twice_is_refused(stores, kind).await;
    changes_are_read_over_what_was_sealed(stores, kind).await;
}

fn linked(url: String, ca: Option<Vec<u8>>) -> (Stores, testkit::TempDir) {
    let folder = testkit::folder();
    let link = Link::new(&RedisConfig { url, ca }).unwrap();
    (Stores::new(folder.path().to_owned(), Some(link)), folder)
}

#[tokio::test]
async fn the_embedded_store_conforms() {
    let folder = testkit::folder();
    everything(&Stores::new(folder.path().to_owned(), None), StoreKind::Embedded).await;
}

#[tokio::test]
async fn redis_conforms() {
    let redis = Redis::start();
    let (stores, _folder) = linked(redis.url(), None);
    everything(&stores, StoreKind::Redis).await;
    for version in ["none", "zstd", "lz4", "gzip", "old", "half", "twice", "followed-none", "followed-zstd"] {
        stores.of(StoreKind::Redis).unwrap().remove(&place(version)).await.unwrap();
    }
    assert_eq!(redis.cli(&["dbsize"]), "0", "what was dropped left keys behind");
}

#[tokio::test]
async fn redis_over_tls_with_a_password_conforms() {
    let (redis, ca) = Redis::with_tls("quite-secret");
    let url = format!("rediss://:quite-secret@127.0.0.1:{}", redis.port());
    let (stores, _folder) = linked(url.clone(), Some(ca));
    everything(&stores, StoreKind::Redis).await;
    // Somebody else's certificate is not trusted.
    let (strange, _other) = linked(url, None);
    assert_eq!(
        Dataset::open(&**strange.of(StoreKind::Redis).unwrap(), &place("none")).await.err().unwrap().kind,
        AccelErrorKind::Unreachable
    );
}

#[tokio::test]
async fn redis_behind_a_sentinel_conforms() {
    let sentinel = RedisSentinel::start();
    let (stores, _folder) = linked(sentinel.url(), None);
    everything(&stores, StoreKind::Redis).await;
}

#[tokio::test]
async fn a_redis_cluster_conforms() {
    let cluster = RedisCluster::start();
    let (stores, _folder) = linked(cluster.url(), None);
    everything(&stores, StoreKind::Redis).await;
    assert!(cluster.sizes().iter().all(|keys| *keys > 0), "the rows do not spread: {:?}", cluster.sizes());
}

#[tokio::test]
async fn a_redis_that_comes_back_is_found_again() {
    let mut redis = Redis::start();
    let (stores, _folder) = linked(redis.url(), None);
    write(&stores, StoreKind::Redis, &place("v"), &rows(20), Compression::None).await;
    let dataset = Dataset::open(&**stores.of(StoreKind::Redis).unwrap(), &place("v")).await.unwrap();
    redis.stop();
    let away = dataset.read(&[vec![1]]).await.err().unwrap();
    assert_eq!(away.kind, AccelErrorKind::Unreachable, "{away} {}", away.cause);
    redis.resume();
    let back = std::time::Instant::now();
    while dataset.read(&[vec![1]]).await.is_err() {
        assert!(back.elapsed() < std::time::Duration::from_secs(2), "not found again within 2 s");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
