//! A line chart as a picture of its own, for a bug report.

use std::fmt::Write as _;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 320.0;
/// Room for labels: left, top and bottom.
const LEFT: f64 = 90.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 40.0;

/// An SVG document. `path` and that of the `limit` are in a box of 1,000 by 1,000, `ticks` are the labels of the vertical axis from below.
pub(super) fn picture(
    name: &str,
    about: &str,
    color: &str,
    path: &str,
    limit: &str,
    ticks: Vec<String>,
    times: &[String; 3],
) -> String {
    let (width, height) = (WIDTH - LEFT - 20.0, HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"13\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/><text x=\"{LEFT}\" y=\"28\" \
         font-size=\"16\" font-weight=\"bold\">Coda: {name}, {about}</text>"
    );
    #[expect(clippy::cast_precision_loss, reason = "some ticks")]
    let step = height / ticks.len().saturating_sub(1).max(1) as f64;
    let mut y = TOP + height;
    for tick in ticks {
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<path d=\"M{LEFT} {y:.1}h{width}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" \
             text-anchor=\"end\">{tick}</text>",
            LEFT - 8.0,
            y + 4.0,
        );
        y -= step;
    }
    for (time, (share, anchor)) in times.iter().zip([(0.0, "start"), (0.5, "middle"), (1.0, "end")]) {
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{time}</text>",
            LEFT + width * share,
            HEIGHT - 14.0,
        );
    }
    let _ = write!(
        svg,
        "<g transform=\"translate({LEFT} {TOP}) scale({:.4} {:.4})\" fill=\"none\" stroke-width=\"2\" \
         stroke-linecap=\"round\"><path d=\"{limit}\" stroke=\"#b3261e\" stroke-dasharray=\"6 4\" \
         vector-effect=\"non-scaling-stroke\"/><path d=\"{path}\" stroke=\"{color}\" \
         vector-effect=\"non-scaling-stroke\"/></g></svg>",
        width / 1_000.0,
        height / 1_000.0,
    );
    svg
}
