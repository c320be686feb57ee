//! Tests with sample graphs: their drawings, and the sizes that the drawings must not exceed.
use super::text_drawing::{TextDrawing, parse_graph};
use crate::layout::{Direction, Glyphs, Options, layout};

/// Eighteen calls between thirteen services.
pub const SHOP_CALLS: &str = "
    web > api-gateway
    mobile > api-gateway
    api-gateway > users catalog orders payments
    users > redis postgres
    catalog > redis postgres
    orders > postgres payments rabbitmq
    payments > rabbitmq stripe.com
    rabbitmq > workers
    workers > s3 postgres";

/// Calls with one cycle.
const CYCLE_CALLS: &str = "a > b c\nb > c\nc > a\nlone";

/// Calls between two groups. A node outside calls the first group, which calls the second.
const GROUP_CALLS: &str = "
    cli > shop/web
    shop/web > shop/orders data/cache
    shop/orders > data/db data/cache
    shop/idle
    data/db > s3";

const SHOP_DRAWN: &str = "
                                   ╔═════════╗ ╭╮
                              ╭───▸║ catalog ║─┴┼─╮  ╔═══════╗
                              │    ╚═════════╝  ├─┼─▸║ redis ║
                              │    ╔═══════╗   ╭╯ │  ╚═══════╝                                         ╔══════════╗
╔════════╗                    │ ╭─▸║ users ║───┴──╋─────────────────────────────────────────────────┬─▸║ postgres ║
║ mobile ║─╮                  │ │  ╚═══════╝      │                   ╔══════════╗     ╔═════════╗  │  ╚══════════╝
╚════════╝ │  ╔═════════════╗ │ │  ╔════════╗    ╭╯                ╭─▸║ rabbitmq ║────▸║ workers ║─┬╯  ╔════╗
╔═════╗    ├─▸║ api-gateway ║─┴┬┴─▸║ orders ║──┬─┴─────────────────┤  ╚══════════╝     ╚═════════╝ ╰──▸║ s3 ║
║ web ║────╯  ╚═════════════╝  │   ╚════════╝  ╰╮    ╔══════════╗ ╭╯  ╔════════════╗                   ╚════╝
╚═════╝                        ╰────────────────┴───▸║ payments ║─┴──▸║ stripe.com ║
                                                     ╚══════════╝     ╚════════════╝
";
const CYCLE_DRAWN: &str = "
+--------------------------+
|  ╔═══╗    ╔═══╗    ╔═══╗ |
+->║ a ║-+->║ b ║-+->║ c ║-+
   ╚═══╝ |  ╚═══╝ |  ╚═══╝
         +--------+

╔══════╗
║ lone ║
╚══════╝
";
const GROUPS_DRAWN: &str = "
        ┌┄shop┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐   ┌┄data┄┄┄┄┄┄┄┄┐
        ┆         ╭─▸▐orders▌─┬──────────▸▐db▌─────────▸▐s3▌
        ┆         │           ╰╮  ┆   ┆             ┆
▐cli▌──────▸▐web▌─┴────────────┴─────────▸▐cache▌   ┆
        ┆                         ┆   └┄┄┄┄┄┄┄┄┄┄┄┄┄┘
        ┆ ▐idle▌                  ┆
        └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
";

#[test]
fn the_sample_fits_a_terminal() {
    let graph = parse_graph(SHOP_CALLS, 3);
    let diagram = layout(&graph, None, &Options::default());
    assert!(diagram.size.0 <= 120 && diagram.size.1 <= 12, "{:?}", diagram.size);
    assert_eq!(
        TextDrawing::new(&graph, &diagram, Glyphs::Unicode).to_text().trim_end(),
        SHOP_DRAWN.trim_matches('\n')
    );
}

#[test]
fn a_group_of_pills_fits_a_small_terminal() {
    let graph = parse_graph(SHOP_CALLS, 1);
    let diagram = layout(&graph, None, &Options { gap_rows: 1, ..Options::default() });
    assert!(diagram.size.0 <= 110 && diagram.size.1 <= 11, "{:?}", diagram.size);
}

#[test]
fn top_down_is_narrow() {
    let options = Options { direction: Direction::TopDown, ..Options::default() };
    let diagram = layout(&parse_graph(SHOP_CALLS, 3), None, &options);
    assert!(diagram.size.0 <= 60, "{:?}", diagram.size);
}

#[test]
fn without_box_drawing_characters() {
    let graph = parse_graph(CYCLE_CALLS, 3);
    let diagram = layout(&graph, None, &Options::default());
    let picture = TextDrawing::new(&graph, &diagram, Glyphs::Ascii).to_text();
    assert_eq!(picture.trim_end(), CYCLE_DRAWN.trim_matches('\n'));
}

#[test]
fn groups_are_entered_and_left_through_their_borders() {
    let graph = parse_graph(GROUP_CALLS, 1);
    let diagram = layout(&graph, None, &Options { gap_rows: 1, ..Options::default() });
    let picture = TextDrawing::new(&graph, &diagram, Glyphs::Unicode).to_text();
    assert_eq!(picture.trim_end(), GROUPS_DRAWN.trim_matches('\n'));
}

/// Calls between two dozen services, one of which calls eight others.
const FAN_OUT_CALLS: &str = "
    ext-0-152
    lb-0-144 > bff-0-179 gw-0-94
    api-0-77 > db-0-138
    bff-0-179 > api-0-147 svc-0-107 api-0-75 svc-0-122 svc-0-78 api-0-137 svc-0-74 api-0-67
    gw-0-94 > svc-0-29 svc-0-38
    svc-0-107 > api-0-33 api-0-196
    svc-0-122 > db-0-169 api-0-153
    svc-0-78 > api-0-140 api-0-5
    api-0-137 > api-0-5
    svc-0-74 > db-0-143 db-0-27
    api-0-67 > db-0-27
    svc-0-29 > api-0-151
    svc-0-38 > api-0-84
    api-0-151 > db-0-169
    api-0-84 > db-0-27";

#[test]
fn two_dozen_fit_a_small_terminal_beside_its_panel() {
    let graph = parse_graph(FAN_OUT_CALLS, 1);
    let diagram = layout(&graph, None, &Options::default());
    assert!(diagram.size.0 <= 80 && diagram.size.1 <= 16, "{:?}", diagram.size);
}
