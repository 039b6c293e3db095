//! Home page: the conversation, voice controls, composer and avatar.

use leptos::prelude::*;

use crate::ui::components::{AvatarFace, Composer, ConversationView, Glance, PersonalityMenu, PipelineView};

#[component]
pub fn TalkPage() -> impl IntoView {
    view! {
        <section class="talk">
            <h1 class="visually-hidden">"Talk to Coda"</h1>
            <div class="talk-main">
                <ConversationView />
                <footer class="dock">
                    <Composer />
                </footer>
            </div>
            <aside class="talk-side" aria-label="Coda">
                <AvatarFace />
                <PipelineView />
                <Glance />
                <PersonalityMenu />
            </aside>
        </section>
    }
}
