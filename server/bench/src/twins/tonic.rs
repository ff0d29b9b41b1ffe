//! The bare twin over gRPC: a tonic service that answers with the same message, and does nothing else.

use prost::Message;
use tonic::{Request, Response, Status};

mod bare {
    #![allow(clippy::all, clippy::pedantic, unreachable_pub, unused_qualifications)]
    tonic::include_proto!("bare");
}

struct Bare(bare::Row);

#[tonic::async_trait]
impl bare::record_server::Record for Bare {
    async fn get(&self, _request: Request<bare::Key>) -> Result<Response<bare::Row>, Status> {
        Ok(Response::new(self.0.clone()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("an address")?.parse()?;
    let row = bare::Row::decode(&std::fs::read(std::env::args().nth(2).ok_or("the message's file")?)?[..])?;
    Ok(tonic::transport::Server::builder().add_service(bare::record_server::RecordServer::new(Bare(row))).serve(address).await?)
}
