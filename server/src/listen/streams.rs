//! The requests of HTTP/2 connections, each a task of its own, ended where its client does not take the response.
//!
//! A client of HTTP/2 says for each request how much of the response it takes. One that says "nothing" holds whatever
//! makes the response, and neither the connection nor the body is asked anything while it does. So the task that waits
//! for it has the time-out.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use hyper::rt::Executor;

use super::patience::Patience;
use super::response::{Turn, take_turn};

/// Runs requests.
#[derive(Clone)]
pub(super) struct Streams {
    pub(super) timeout: Duration,
}

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(run(stream, self.timeout));
    }
}

/// Runs a request to its end, or until its client has taken nothing of the response for too long: dropped, it is reset.
async fn run<F: Future>(stream: F, timeout: Duration) {
    let mut stream = pin!(stream);
    let mut patience = Patience::new(timeout);
    let mut answered = false;
    std::future::poll_fn(move |context| {
        take_turn();
        if stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        match take_turn() {
            Turn::Client => {
                answered = true;
                patience.rest();
            }
            Turn::Server => {
                answered = true;
                patience.rest();
                return Poll::Pending;
            }
            // Before its response, a request waits for us.
            Turn::Unknown if !answered => return Poll::Pending,
            Turn::Unknown => {}
        }
        patience.poll_over(context)
    })
    .await;
}
