//! Waterfall of the turn that a message started.

use std::time::Duration;

use leptos::prelude::*;

use crate::ui::components::ScrollTable;

use crate::history::WaterfallBar;
use crate::ui::debugger::state::use_debugger;
use crate::ui::format;

/// Upper limit of bars shown. A long turn has hundreds.
const BARS: usize = 200;

/// Percentage of the timeline after which a bar's label stands before it.
const LABEL_BEFORE: f64 = 78.0;

/// Events of the turn, each with a bar up to the next.
#[component]
pub fn TurnBars(bars: Vec<WaterfallBar>) -> impl IntoView {
    let debugger = use_debugger();
    let start = bars.first().map_or(Duration::ZERO, |bar| bar.offset);
    let end = bars.last().map_or(Duration::ZERO, |bar| bar.offset + bar.length);
    let whole = end.saturating_sub(start).as_secs_f64();
    let percent = move |span: Duration| if whole > 0.0 { span.as_secs_f64() / whole * 100.0 } else { 0.0 };
    let more = bars.len().saturating_sub(BARS);
    let row = move |bar: WaterfallBar| {
        let WaterfallBar { row, kind, count, offset, length } = bar;
        let name = if count > 1 { format!("{kind} × {count}") } else { kind.to_string() };
        let (left, width) = (percent(offset.saturating_sub(start)), percent(length));
        // The label stands after the bar, or before it where there is no room.
        let is_late = left + width > LABEL_BEFORE;
        let auto = || "auto".to_owned();
        let (label_left, label_right) =
            if is_late { (auto(), format!("{:.2}%", 100.0 - left)) } else { (format!("{:.2}%", left + width), auto()) };
        view! {
            <tr>
                <td>
                    <button
                        class="link-button"
                        type="button"
                        title=format!("{name}, {} after the start", format::span(offset))
                        on:click=move |_| debugger.jump(row)
                    >
                        {name.clone()}
                    </button>
                </td>
                <td class="debugger-track">
                    <span class="debugger-bar" style:left=format!("{left:.2}%") style:width=format!("{width:.2}%")></span>
                    <span class="debugger-bar-label" style:left=label_left style:right=label_right>
                        <span class="visually-hidden">{format!("at {}, for ", format::span(offset))}</span>
                        {format::span(length)}
                    </span>
                </td>
            </tr>
        }
    };
    view! {
        <section class="debugger-part" data-testid="debugger-turn">
            <ScrollTable label="Events of the turn" class="debugger-turn">
                    <thead>
                        <tr>
                            <th scope="col">"Event"</th>
                            <th scope="col" class="debugger-scale">
                                <span class="visually-hidden">"Timeline"</span>
                                <span>{format::span(start)}</span>
                                <span>{format::span(start + end.saturating_sub(start) / 2)}</span>
                                <span>{format::span(end)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{bars.into_iter().take(BARS).map(row).collect_view()}</tbody>
                </ScrollTable>
            {(more > 0).then(|| view! { <p class="field-hint">{format!("{more} more events")}</p> })}
        </section>
    }
}
