//! Generates the code of the generic service from its `.proto`, without a protobuf compiler on the machine.

#[allow(clippy::disallowed_methods)] // where cargo wants what is generated
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["sluice/v1/data.proto"], ["proto"])?;
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("data.fds"), prost_encoded(&files))?;
    tonic_prost_build::configure().build_client(false).compile_fds(files)?;
    Ok(())
}

fn prost_encoded(files: &impl prost::Message) -> Vec<u8> {
    files.encode_to_vec()
}
