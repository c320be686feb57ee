//! The sample of thirteen services, and what it must fit into.
use super::picture::{Picture, graph};
use crate::layout::{Glyphs, Options, layout};

/// Thirteen services and eighteen calls.
pub const SHOP: &str = "
    web > api-gateway
    mobile > api-gateway
    api-gateway > users catalog orders payments
    users > redis postgres
    catalog > redis postgres
    orders > postgres payments rabbitmq
    payments > rabbitmq stripe.com
    rabbitmq > workers
    workers > s3 postgres";

#[test]
fn the_sample_fits_a_terminal() {
    let graph = graph(SHOP, 3);
    let diagram = layout(&graph, None, &Options::default());
    println!("{}", Picture::new(&graph, &diagram, Glyphs::Unicode).text_of());
    println!("{:?} {:?}", diagram.size, diagram.quality);
    assert!(diagram.size.0 <= 120 && diagram.size.1 <= 12, "{:?}", diagram.size);
}
