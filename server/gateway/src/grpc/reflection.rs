//! Server reflection, v1 and v1alpha: it lists what the caller may call at the moment of the question, and makes the
//! descriptors of an API when they are asked for, without what is hidden from the caller. It wants a key, as calls do;
//! where the operator has opened it (`open_reflection`), everybody without one sees everything.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use http::HeaderMap;
use model::Problem;
use model::clock::Millis;
use model::name::MAX_NAME;
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb;

use super::status::status_of;
use super::{data, descriptors};
use crate::Gateway;
use crate::keys;
use crate::plan::Plan;
use crate::request_id::RequestId;
use crate::routes::Routes;
use crate::stack::view_of;
use crate::view::View;
use crate::who::Who;

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

    /// Who asks; `None` for somebody without a key, where the operator lets everybody ask.
    ///
    /// # Errors
    /// Without a key where one is wanted; with one that is not known.
    fn who<'r>(&self, routes: &'r Routes, headers: &HeaderMap) -> Result<Option<Who<'r>>, Problem> {
        if self.gateway.open_reflection && keys::given_key(headers).is_none() {
            return Ok(None);
        }
        keys::who(routes, &self.gateway.tokens, headers, self.gateway.clock.now()).map(Some)
    }

    /// Refuses whoever may not ask before anything is read.
    fn admit(&self, headers: &HeaderMap) -> Result<(), Status> {
        let id = RequestId::new(self.gateway.clock.request_id(self.gateway.clock.now()));
        let refused = |problem: Problem| status_of(&problem, id.as_str(), None);
        self.who(&self.gateway.routes.load(), headers).map(drop).map_err(refused)
    }

    fn reply(&self, headers: &HeaderMap, question: &Question) -> Reply {
        let routes = self.gateway.routes.load();
        // Anew for each question: a stream can outlive a key.
        let seen = match self.who(&routes, headers) {
            Ok(who) => Seen { routes: &routes, who, now: self.gateway.clock.now() },
            Err(problem) => return Reply::Error(problem.code.grpc_status().into(), problem.detail),
        };
        match question {
            Question::List => {
                let mut services = vec![
                    "grpc.health.v1.Health".to_owned(),
                    "grpc.reflection.v1.ServerReflection".into(),
                    "grpc.reflection.v1alpha.ServerReflection".into(),
                    "sluice.v1.DataService".into(),
                ];
                let live = seen.routes.services.iter().filter(|(_, named)| seen.plan(named).is_some());
                let mut live: Vec<String> = live.map(|(service, _)| service.to_string()).collect();
                live.sort_unstable();
                services.extend(live);
                Reply::Services(services)
            }
            Question::Symbol(symbol) => {
                let file = seen.api_of(symbol).or_else(|| self.fixed.iter().find(|file| holds(file, symbol)).cloned());
                self.files(file, || format!("Symbol {symbol} not found."))
            }
            Question::File(name) => {
                let file = self.fixed.iter().find(|file| file.name() == name).cloned().or_else(|| seen.api_named(name));
                self.files(file, || format!("File {name} not found."))
            }
            Question::Unknown => Reply::Error(UNIMPLEMENTED, "Request services, symbols or files.".into()),
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
}

/// What one caller sees of what is live: the APIs that it may call, without what is hidden from it.
struct Seen<'r> {
    routes: &'r Routes,
    who: Option<Who<'r>>,
    now: Millis,
}

impl<'r> Seen<'r> {
    /// The plan that the caller's calls of a service get, and what it sees of it. `named` is any plan of the service.
    fn plan(&self, named: &'r Arc<Plan>) -> Option<(&'r Arc<Plan>, &'r Arc<View>)> {
        let Some(who) = &self.who else { return Some((named, &named.view)) };
        let entry = self.routes.apis.get(named.path.as_str())?;
        let plan = entry.plan(who.environment, None)?;
        let grant = keys::may(self.routes, who.app, entry.index, &named.path, self.now).ok()?;
        Some((plan, view_of(grant, plan)?))
    }

    fn file(&self, named: &'r Arc<Plan>) -> Option<FileDescriptorProto> {
        let (plan, view) = self.plan(named)?;
        let api = &plan.api;
        Some(descriptors::file(&api.domain, &api.name, &view.visible(&api.spec)))
    }

    /// `sluice.travel.Plane`, one of its methods, or one of its messages, such as `sluice.travel.PlaneRow`.
    fn api_of(&self, symbol: &str) -> Option<FileDescriptorProto> {
        let parts: Vec<&str> = symbol.splitn(4, '.').collect();
        let [root, domain, name, ..] = parts.as_slice() else { return None };
        // A message is named after its service, so the service is a beginning of the symbol: the longest one is tried first. None is longer
        // than a name may be, however long the question is.
        let name = (1..=name.len().min(MAX_NAME)).rev().filter_map(|end| name.get(..end));
        name.filter_map(|name| self.routes.services.get(format!("{root}.{domain}.{name}").as_str()))
            .filter_map(|named| self.file(named))
            .find(|file| holds(file, symbol))
    }

    fn api_named(&self, name: &str) -> Option<FileDescriptorProto> {
        let named = |plan: &&Arc<Plan>| model::message::file_name(&plan.api.domain, &plan.api.name) == name;
        self.routes.services.values().find(named).and_then(|named| self.file(named))
    }
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
            let service = $service(Catalogue::new(gateway));
            pb::$version::server_reflection_server::ServerReflectionServer::new(service).max_decoding_message_size(super::frame::MAX_NAMES)
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
                let (catalogue, headers) = (self.0.clone(), request.metadata().clone().into_headers());
                catalogue.admit(&headers)?;
                let replies = request.into_inner().map(move |asked| {
                    let asked = asked?;
                    let question = match &asked.message_request {
                        Some(MessageRequest::ListServices(_)) => Question::List,
                        Some(MessageRequest::FileContainingSymbol(symbol)) => Question::Symbol(symbol.clone()),
                        Some(MessageRequest::FileByFilename(name)) => Question::File(name.clone()),
                        _ => Question::Unknown,
                    };
                    let reply = match catalogue.reply(&headers, &question) {
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
