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

#[test]
fn look() {
    use super::shapes::system;
    use crate::layout::Direction;
    let show = |graph: &crate::layout::Graph, options: &Options, glyphs| {
        let diagram = layout(graph, None, options);
        println!("{}", Picture::new(graph, &diagram, glyphs).text_of());
        println!("{:?} {:?}", diagram.size, diagram.quality);
    };
    let pills = Options { gap_rows: 1, ..Options::default() };
    let down = Options { direction: Direction::TopDown, ..Options::default() };
    show(&graph(SHOP, 1), &pills, Glyphs::Unicode);
    show(&graph(SHOP, 1), &Options::default(), Glyphs::Unicode);
    show(&graph(SHOP, 3), &Options::default(), Glyphs::Ascii);
    show(&graph(SHOP, 3), &down, Glyphs::Unicode);
    let grouped = "edge/web > edge/gateway\nedge/mobile > edge/gateway\nedge/gateway > shop/users shop/catalog shop/orders pay/payments\nshop/users > data/redis data/postgres\nshop/catalog > data/redis data/postgres\nshop/orders > data/postgres pay/payments data/rabbitmq\npay/payments > data/rabbitmq stripe.com\ndata/rabbitmq > shop/workers\nshop/workers > s3 data/postgres\npay/payments > edge/gateway\nlonely\nshop/idle\nshop/spare";
    show(&graph(grouped, 3), &Options::default(), Glyphs::Unicode);
    show(&graph(grouped, 1), &pills, Glyphs::Unicode);
    show(&graph(grouped, 3), &down, Glyphs::Unicode);
    show(&system(24, 3, 1, 0), &pills, Glyphs::Unicode);
    show(&system(60, 3, 3, 0), &Options::default(), Glyphs::Unicode);
}
