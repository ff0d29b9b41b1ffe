//! Spans of requests, as a collector gets them over OTLP/gRPC: of traces that their callers sample, and of no others.

use std::convert::Infallible;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use testkit::Sluice;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::common::{Http, LONG, People, binary};

/// A collector that gives on what it is sent, and its address.
async fn collector() -> (String, UnboundedReceiver<Bytes>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sender = sender.clone();
            let service = service_fn(move |request| take(request, sender.clone()));
            tokio::spawn(hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service));
        }
    });
    (format!("http://{address}"), receiver)
}

/// Takes one message, and answers with an empty one.
async fn take(
    request: Request<Incoming>,
    sender: UnboundedSender<Bytes>,
) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible> + Send + 'static>, Infallible> {
    assert_eq!(request.uri().path(), "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    let _ = sender.send(request.into_body().collect().await.unwrap().to_bytes());
    let trailers = HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"))]);
    let body = Full::new(Bytes::from_static(&[0; 5])).with_trailers(std::future::ready(Some(Ok(trailers))));
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    Ok(response)
}

/// The name of a span, as it is on the wire: the field 5 of a span.
fn named(name: &str) -> Vec<u8> {
    [&[0x2a, u8::try_from(name.len()).unwrap()][..], name.as_bytes()].concat()
}

/// All that came until all of this was in it.
async fn until_holds(received: &mut UnboundedReceiver<Bytes>, wanted: &[&[u8]]) -> Vec<u8> {
    let (began, mut all) = (Instant::now(), Vec::new());
    while !wanted.iter().all(|what| holds(&all, what)) {
        let left = LONG.checked_sub(began.elapsed()).expect("the spans did not come");
        let message = tokio::time::timeout(left, received.recv()).await.expect("the spans did not come").unwrap();
        all.extend_from_slice(&message);
    }
    all
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[tokio::test]
async fn the_spans_of_a_sampled_request_reach_a_collector_and_those_of_another_do_not() {
    let (endpoint, mut received) = collector().await;
    let server = Sluice::demo_with(binary(), &[("SLUICE_OTLP_ENDPOINT", &endpoint)]);
    let http = Http::new(&server);
    let call = async |trace: [u8; 16], flags: &str| {
        let trace: String = trace.iter().map(|byte| format!("{byte:02x}")).collect();
        let parent = format!("00-{trace}-00f067aa0ba902b7-{flags}");
        let response = http.get("/api/travel/plane?tailnum=N14228").header("traceparent", parent).send().await.unwrap();
        response.headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    // The one that is not sent is asked first, so that it would have come first.
    call([0x22; 16], "00").await;
    let id = call([0x11; 16], "01").await;
    let all = until_holds(&mut received, &[&[0x11; 16]]).await;
    for part in ["parameters", "source", "connection", "statement"] {
        assert!(holds(&all, &named(part)), "{part} is not in {:?}", String::from_utf8_lossy(&all));
    }
    assert!(holds(&all, b"sluice.driver") && holds(&all, b"sqlite") && holds(&all, b"sluice.rows"));
    for what in [&b"travel/plane"[..], id.as_bytes(), &[0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]] {
        assert!(holds(&all, what), "{:?} is not in it", String::from_utf8_lossy(what));
    }
    assert!(!holds(&all, &[0x22; 16]), "its caller does not sample it");
    assert!(!holds(&all, b"N14228"), "values are in no span");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_its_steps_and_the_statements_of_its_reading_as_spans() {
    let (endpoint, mut received) = collector().await;
    let server = Sluice::demo_with(binary(), &[("SLUICE_OTLP_ENDPOINT", &endpoint)]);
    let built = People::of(&server).await.planes_dataset("planes", json!({})).await;
    assert_eq!(built["state"], "live", "{built}");
    let steps = ["run", "build", "read", "part", "statement", "validate", "sort", "write", "verify", "promote"].map(named);
    let wanted: Vec<&[u8]> = steps.iter().map(Vec::as_slice).collect();
    let all = until_holds(&mut received, &wanted).await;
    assert!(holds(&all, b"sluice.source") && holds(&all, b"flights-db") && holds(&all, b"sluice.rows"));
    assert!(!holds(&all, b"SELECT"), "statements are in no span");
}

#[tokio::test]
async fn a_collector_that_is_away_holds_up_no_request() {
    let server = Sluice::demo_with(binary(), &[("SLUICE_OTLP_ENDPOINT", "http://127.0.0.1:9")]);
    let http = Http::new(&server);
    for _ in 0..20 {
        let called =
            http.get("/api/travel/plane?tailnum=N14228").header("traceparent", format!("00-{}-00f067aa0ba902b7-01", "3".repeat(32)));
        assert_eq!(called.send().await.unwrap().status().as_u16(), 200);
    }
}
