//! Throw-away brokers of Kafka (KRaft, no ZooKeeper), one or two of a cluster; gone with their value. Messages are sent by
//! librdkafka.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use tempfile::TempDir;

use crate::certificates::Certificates;
use crate::free_port;

const CLUSTER: &str = "MkU3OEVBNTcwNTJENDM2Qg";

/// Where `scripts/setup.sh test` puts the jars.
fn jars() -> PathBuf {
    let set = std::env::var("SLUICE_KAFKA").ok();
    set.map_or_else(|| Path::new(&std::env::var("HOME").unwrap()).join(".cache/sluice/kafka/libs"), PathBuf::from)
}

struct Broker {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

/// Where a guarded broker listens to those who show a certificate, who sign in, and who sign in over TLS.
pub struct Doors {
    pub tls: String,
    pub sasl: String,
    pub sasl_over_tls: String,
}

/// A user and a password that guarded brokers know. `reader` may read everything; others sign in, and may read nothing.
pub(crate) type Login<'a> = (&'a str, &'a str);

/// A cluster of brokers on free ports.
pub struct Kafka {
    brokers: Vec<Broker>,
    producer: ThreadedProducer<rdkafka::producer::DefaultProducerContext>,
}

impl Kafka {
    #[must_use]
    pub fn start() -> Self {
        Self::cluster(1)
    }

    /// So many brokers; the first one is the controller.
    #[must_use]
    pub fn cluster(count: usize) -> Self {
        let controller = free_port();
        Self::of((0..count).map(|index| Broker::start((index, controller), ("", ""), &[])).collect())
    }

    /// One that asks who is there, but of the producer of these tests.
    #[must_use]
    pub fn guarded(certificates: &Certificates, logins: &[Login<'_>]) -> (Self, Doors) {
        let doors: [u16; 3] = std::array::from_fn(|_| free_port());
        let [tls, sasl, both] = doors;
        let listeners = format!(",TLS://127.0.0.1:{tls},SASL://127.0.0.1:{sasl},BOTH://127.0.0.1:{both}");
        let users: String = logins.iter().map(|(user, password)| format!(" user_{user}=\"{password}\"")).collect();
        let modules = "org.apache.kafka.common.security";
        std::fs::write(certificates.path("server.pem"), certificates.pem("server.key") + &certificates.pem("server.crt")).unwrap();
        let settings = format!(
            "ssl.keystore.type=PEM\nssl.keystore.location={store}\nssl.truststore.type=PEM\nssl.truststore.location={authority}\n\
             listener.name.tls.ssl.client.auth=required\n\
             listener.name.sasl.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512\n\
             listener.name.both.sasl.enabled.mechanisms=PLAIN\n\
             listener.name.sasl.scram-sha-256.sasl.jaas.config={modules}.scram.ScramLoginModule required;\n\
             listener.name.sasl.scram-sha-512.sasl.jaas.config={modules}.scram.ScramLoginModule required;\n\
             listener.name.both.plain.sasl.jaas.config={modules}.plain.PlainLoginModule required{users};\n\
             authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             super.users=User:ANONYMOUS;User:reader;User:CN=reader\n",
            store = certificates.file("server.pem"),
            authority = certificates.file("ca.crt"),
        );
        let known = logins
            .iter()
            .flat_map(|(user, password)| ["256", "512"].map(|bits| format!("SCRAM-SHA-{bits}=[name={user},password={password}]")));
        let known: Vec<String> = known.flat_map(|login| ["--add-scram".into(), login]).collect();
        let broker = Broker::start((0, free_port()), (&listeners, &settings), &known);
        let [tls, sasl, sasl_over_tls] = doors.map(|port| format!("127.0.0.1:{port}"));
        (Self::of(vec![broker]), Doors { tls, sasl, sasl_over_tls })
    }

    fn of(brokers: Vec<Broker>) -> Self {
        for broker in &brokers {
            broker.wait();
        }
        let producer = ClientConfig::new()
            .set("bootstrap.servers", addresses(&brokers))
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("queue.buffering.max.messages", "2000000")
            .set("linger.ms", "5")
            .create()
            .unwrap();
        Self { brokers, producer }
    }

    /// `127.0.0.1:…`, with commas.
    #[must_use]
    pub fn addresses(&self) -> String {
        addresses(&self.brokers)
    }

    /// Ends a broker at once, as a machine would.
    pub fn stop(&mut self, index: usize) {
        if let Some(mut child) = self.brokers[index].child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, with what it had.
    pub fn resume(&mut self, index: usize) {
        self.brokers[index].resume(true);
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", self.addresses()).create().unwrap()
    }

    /// Makes a topic, on each broker once.
    pub async fn topic(&self, name: &str, partitions: i32, config: &[(&str, &str)]) {
        let copies = i32::try_from(self.brokers.len()).unwrap();
        let topic = config
            .iter()
            .fold(NewTopic::new(name, partitions, TopicReplication::Fixed(copies)), |topic, (key, value)| topic.set(key, value));
        let made = self.admin().create_topics(&[topic], &AdminOptions::new()).await.unwrap();
        made.into_iter().next().unwrap().unwrap();
    }

    /// Gives a topic more partitions.
    pub async fn partitions(&self, name: &str, count: usize) {
        let made = self.admin().create_partitions(&[NewPartitions::new(name, count)], &AdminOptions::new()).await.unwrap();
        made.into_iter().next().unwrap().unwrap();
    }

    /// Gives a user of a guarded broker a right to a topic, with the stock tool.
    pub fn allow(&self, user: &str, operation: &str, topic: &str) {
        let mut command = java("kafka.admin.AclCommand");
        command.args(["--bootstrap-server", &self.addresses(), "--add", "--allow-principal", &format!("User:{user}")]);
        assert!(command.args(["--operation", operation, "--topic", topic]).status().unwrap().success());
    }

    /// Sends messages; nothing in place of a value deletes its key. They are there when this returns.
    pub fn send<'a>(&self, topic: &str, messages: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>) {
        for (key, value) in messages {
            let mut record =
                BaseRecord::to(topic).key(key).headers(OwnedHeaders::new().insert(Header { key: "from", value: Some("test") }));
            if let Some(value) = value {
                record = record.payload(value);
            }
            self.producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        self.producer.flush(Duration::from_secs(60)).unwrap();
    }
}

fn addresses(brokers: &[Broker]) -> String {
    brokers.iter().map(|broker| format!("127.0.0.1:{}", broker.port)).collect::<Vec<_>>().join(",")
}

fn java(class: &str) -> Command {
    let mut command = Command::new("java");
    command
        .args(["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(format!("{}/*", jars().display()))
        .arg(class)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Broker {
    /// Not waited for. The first one is the controller; the listeners and settings are those that it has beside what each has.
    fn start((index, controller): (usize, u16), (listeners, settings): (&str, &str), format: &[String]) -> Self {
        let (folder, port) = (super::folder(), free_port());
        let first = index == 0;
        let own = if first { format!(",CONTROLLER://127.0.0.1:{controller}") } else { String::new() };
        let config = format!(
            "process.roles={roles}\nnode.id={node}\ncontroller.quorum.voters=1@127.0.0.1:{controller}\n\
             listeners=PLAINTEXT://127.0.0.1:{port}{own}{listeners}\nadvertised.listeners=PLAINTEXT://127.0.0.1:{port}{listeners}\n\
             controller.listener.names=CONTROLLER\ninter.broker.listener.name=PLAINTEXT\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT,BOTH:SASL_SSL\n\
             log.dirs={data}\noffsets.topic.replication.factor=1\ntransaction.state.log.replication.factor=1\n\
             transaction.state.log.min.isr=1\nlog.cleaner.backoff.ms=200\nlog.cleaner.min.compaction.lag.ms=0\n\
             auto.create.topics.enable=false\nbroker.session.timeout.ms=4000\nbroker.heartbeat.interval.ms=500\n{settings}",
            roles = if first { "broker,controller" } else { "broker" },
            node = index + 1,
            data = folder.path().join("data").display(),
        );
        std::fs::write(folder.path().join("server.properties"), config).unwrap();
        let mut command = java("kafka.tools.StorageTool");
        let formatted = command.args(["format", "-t", CLUSTER]).args(format).arg("-c").arg(folder.path().join("server.properties"));
        assert!(formatted.status().unwrap().success(), "the jars of Kafka are installed by scripts/setup.sh test");
        let mut broker = Self { folder, port, child: None };
        broker.resume(false);
        broker
    }

    fn resume(&mut self, wait: bool) {
        let child = java("kafka.Kafka")
            .arg(self.folder.path().join("server.properties"))
            .spawn()
            .expect("Java is installed by scripts/setup.sh test");
        self.child = Some(child);
        if wait {
            self.wait();
        }
    }

    fn wait(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "Kafka did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
