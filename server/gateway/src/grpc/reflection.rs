//! Server reflection, v1 and v1alpha: it lists what is live at the moment of the question, and makes the descriptors
//! of an API when they are asked for.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb;

use super::{data, descriptors};
use crate::Gateway;
use crate::plan::Plan;

const NOT_FOUND: i32 = 5;
const UNIMPLEMENTED: i32 = 12;

/// What a client asks, whichever version of the protocol it speaks.
enum Question {
    List,
    Symbol(String),
    File(String),
    Unknown,
}

/// What it gets.
enum Reply {
    Services(Vec<String>),
    Files(Vec<Vec<u8>>),
    Error(i32, String),
}

/// Descriptors that do not change, and the gateway for those that do.
struct Catalogue {
    gateway: Gateway,
    fixed: Vec<FileDescriptorProto>,
}

impl Catalogue {
    fn new(gateway: Gateway) -> Arc<Self> {
        let sets = [data::FILES, tonic_health::pb::FILE_DESCRIPTOR_SET, pb::v1::FILE_DESCRIPTOR_SET, pb::v1alpha::FILE_DESCRIPTOR_SET];
        let fixed = sets.iter().filter_map(|set| FileDescriptorSet::decode(*set).ok()).flat_map(|set| set.file).collect();
        Arc::new(Self { gateway, fixed })
    }

    fn reply(&self, question: &Question) -> Reply {
        match question {
            Question::List => {
                let mut services = vec![
                    "grpc.health.v1.Health".to_owned(),
                    "grpc.reflection.v1.ServerReflection".into(),
                    "grpc.reflection.v1alpha.ServerReflection".into(),
                    "sluice.v1.DataService".into(),
                ];
                let routes = self.gateway.routes.load();
                let mut live: Vec<String> = routes.services.keys().map(ToString::to_string).collect();
                live.sort_unstable();
                services.extend(live);
                Reply::Services(services)
            }
            Question::Symbol(symbol) => {
                let file = self.api_of(symbol).or_else(|| self.fixed.iter().find(|file| holds(file, symbol)).cloned());
                self.files(file, || format!("There is no {symbol}."))
            }
            Question::File(name) => {
                let file = self.fixed.iter().find(|file| file.name() == name).cloned().or_else(|| self.api_named(name));
                self.files(file, || format!("There is no file {name}."))
            }
            Question::Unknown => Reply::Error(UNIMPLEMENTED, "Ask for services, symbols or files.".into()),
        }
    }

    /// The file and everything that it imports.
    fn files(&self, file: Option<FileDescriptorProto>, missing: impl Fn() -> String) -> Reply {
        let Some(file) = file else { return Reply::Error(NOT_FOUND, missing()) };
        let imported = file.dependency.iter().filter_map(|name| self.fixed.iter().find(|known| known.name() == name)).cloned();
        let mut all = vec![file.clone()];
        all.extend(imported);
        Reply::Files(all.iter().map(Message::encode_to_vec).collect())
    }

    /// `sluice.travel.Plane`, one of its methods, or one of its messages, such as `sluice.travel.PlaneRow`.
    fn api_of(&self, symbol: &str) -> Option<FileDescriptorProto> {
        let routes = self.gateway.routes.load();
        let parts: Vec<&str> = symbol.splitn(4, '.').collect();
        let [root, domain, name, ..] = parts.as_slice() else { return None };
        // A message is named after its service, so the service is a beginning of the symbol: the longest one is tried first.
        let name = (1..=name.len()).rev().filter_map(|end| name.get(..end));
        name.filter_map(|name| routes.services.get(format!("{root}.{domain}.{name}").as_str()))
            .map(|plan| file_of(plan))
            .find(|file| holds(file, symbol))
    }

    fn api_named(&self, name: &str) -> Option<FileDescriptorProto> {
        let routes = self.gateway.routes.load();
        let named = |plan: &&Arc<Plan>| model::message::file_name(&plan.api.domain, &plan.api.name) == name;
        routes.services.values().find(named).map(|plan| file_of(plan))
    }
}

fn file_of(plan: &Plan) -> FileDescriptorProto {
    descriptors::file(&plan.api.domain, &plan.api.name, &plan.api.spec)
}

fn holds(file: &FileDescriptorProto, symbol: &str) -> bool {
    let Some(rest) = symbol.strip_prefix(file.package()).and_then(|rest| rest.strip_prefix('.')) else { return false };
    let (first, method) = rest.split_once('.').unwrap_or((rest, ""));
    file.message_type.iter().any(|message| message.name() == first)
        || file.enum_type.iter().any(|kind| kind.name() == first)
        || file
            .service
            .iter()
            .any(|service| service.name() == first && (method.is_empty() || service.method.iter().any(|known| known.name() == method)))
}

/// The two versions of the protocol differ in the names of their packages alone.
macro_rules! protocol {
    ($version:ident, $service:ident) => {
        pub(super) fn $version(gateway: Gateway) -> pb::$version::server_reflection_server::ServerReflectionServer<$service> {
            pb::$version::server_reflection_server::ServerReflectionServer::new($service(Catalogue::new(gateway)))
        }

        pub(super) struct $service(Arc<Catalogue>);

        #[tonic::async_trait]
        impl pb::$version::server_reflection_server::ServerReflection for $service {
            type ServerReflectionInfoStream = BoxStream<'static, Result<pb::$version::ServerReflectionResponse, Status>>;

            async fn server_reflection_info(
                &self,
                request: Request<Streaming<pb::$version::ServerReflectionRequest>>,
            ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                use pb::$version::server_reflection_request::MessageRequest;
                use pb::$version::server_reflection_response::MessageResponse;
                let catalogue = self.0.clone();
                let replies = request.into_inner().map(move |asked| {
                    let asked = asked?;
                    let question = match &asked.message_request {
                        Some(MessageRequest::ListServices(_)) => Question::List,
                        Some(MessageRequest::FileContainingSymbol(symbol)) => Question::Symbol(symbol.clone()),
                        Some(MessageRequest::FileByFilename(name)) => Question::File(name.clone()),
                        _ => Question::Unknown,
                    };
                    let reply = match catalogue.reply(&question) {
                        Reply::Services(names) => MessageResponse::ListServicesResponse(pb::$version::ListServiceResponse {
                            service: names.into_iter().map(|name| pb::$version::ServiceResponse { name }).collect(),
                        }),
                        Reply::Files(file_descriptor_proto) => {
                            MessageResponse::FileDescriptorResponse(pb::$version::FileDescriptorResponse { file_descriptor_proto })
                        }
                        Reply::Error(error_code, error_message) => {
                            MessageResponse::ErrorResponse(pb::$version::ErrorResponse { error_code, error_message })
                        }
                    };
                    Ok(pb::$version::ServerReflectionResponse {
                        valid_host: asked.host.clone(),
                        original_request: Some(asked),
                        message_response: Some(reply),
                    })
                });
                Ok(Response::new(replies.boxed()))
            }
        }
    };
}

protocol!(v1, ReflectionV1);
protocol!(v1alpha, ReflectionV1Alpha);
