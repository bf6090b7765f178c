// Fieldquote: every page and its address.

import { AutomationsPage } from "./pages/automations.js";
import { DashboardPage } from "./pages/dashboard.js";
import { PhotosPage } from "./pages/photos.js";
import { EditQuotePage, NewQuotePage } from "./pages/quote-form.js";
import { QuotePage } from "./pages/quote.js";
import { QuotesPage } from "./pages/quotes.js";
import { SignInPage } from "./pages/sign-in.js";
import { SigningPage } from "./pages/signing.js";
import { PlanPage, TeamPage } from "./pages/team.js";
import { VoiceNotePage } from "./pages/voice-note.js";
import { failed } from "./layout.js";
import { start } from "./router.js";

const NotFoundPage = () => failed("Not found", { status: 404 }, { back: { href: "/", label: "Back to home" } });

start([
  { pattern: /^\/$/, page: DashboardPage, title: "Home" },
  { pattern: /^\/sign-in$/, page: SignInPage, title: "Sign in" },
  { pattern: /^\/sign\/(?<token>[\w-]+)$/, page: SigningPage, title: "Your quote" },
  { pattern: /^\/quotes$/, page: QuotesPage, title: "Quotes" },
  { pattern: /^\/quotes\/new$/, page: NewQuotePage, title: "New quote" },
  { pattern: /^\/quotes\/(?<number>\d+)$/, page: QuotePage, title: "Quote" },
  { pattern: /^\/quotes\/(?<number>\d+)\/edit$/, page: EditQuotePage, title: "Edit quote" },
  { pattern: /^\/quotes\/(?<number>\d+)\/photos$/, page: PhotosPage, title: "Photos" },
  { pattern: /^\/quotes\/(?<number>\d+)\/voice-note$/, page: VoiceNotePage, title: "Voice note" },
  { pattern: /^\/automations$/, page: AutomationsPage, title: "Automations" },
  { pattern: /^\/team$/, page: TeamPage, title: "Team" },
  { pattern: /^\/plan$/, page: PlanPage, title: "Plan" },
  { pattern: /^/, page: NotFoundPage, title: "Not found" },
]);
