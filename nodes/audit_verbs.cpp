#include "nodes/audit_verbs.hpp"

#include "nodes/signals.hpp"
#include "nodes/verb_options.hpp"

namespace cohort::nodes {

audit_verbs::audit_verbs(CLI::App& app, const global_options& global, int& code)
  : app_{app}, global_{global}, code_{code} {
  add_audit();
  add_report();
  add_verify();
  add_gc();
  add_history();
}

void audit_verbs::add_audit() {
  auto* verb = app_.add_subcommand(
    "audit", "what the journal says: its tasks, or one's story; exit status 1: "
             "something in it is not what was written");
  auto* id = verb->add_option("id", audit_.task_id,
                              "task id, as `run` printed it");
  add_format(*verb, audit_.format);
  auto* verifies
    = verb->add_flag("--verify", audit_.verify,
                     "check all events, seals, trees and patches, or a task's");
  verb
    ->add_option("--public-key", audit_.public_key,
                 "what seals are checked with (default: audit.pub of the state "
                 "folder)")
    ->option_text("FILE");
  verb
    ->add_option("--export", audit_.bundle,
                 "write a task that has ended into one file, for `cohort "
                 "verify` on another machine")
    ->option_text("FILE")
    ->needs(id)
    ->excludes(verifies);
  verb->callback([this] {
    unblock_signals();
    code_ = audit(audit_, global_);
  });
}

void audit_verbs::add_report() {
  auto* verb = app_.add_subcommand(
    "report", "what became of a task that has ended, as one HTML page, or as "
              "Markdown for a pull request");
  verb->add_option("id", page_.task_id, "task id, as `run` printed it")
    ->required();
  verb
    ->add_flag("--markdown,!--html", page_.is_markdown,
               "Markdown; HTML is the default")
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  verb
    ->add_option("-o,--output", page_.file,
                 "write it there (default: standard output)")
    ->option_text("FILE");
  verb->callback([this] {
    unblock_signals();
    code_ = report_task(page_, global_);
  });
}

void audit_verbs::add_verify() {
  auto* verb = app_.add_subcommand(
    "verify", "check what `cohort audit --export` wrote; exit status 1: it "
              "does not hold");
  verb->add_option("bundle", bundle_.file, "the file")->required();
  verb
    ->add_option("--public-key", bundle_.public_key,
                 "audit.pub of the head that is said to have sealed it")
    ->option_text("FILE");
  verb
    ->add_option("--repository", bundle_.repository,
                 "what the task began with, to make the result's tree again; "
                 "it is only read")
    ->option_text("DIR");
  add_format(*verb, bundle_.format);
  verb->callback([this] {
    unblock_signals();
    code_ = verify_bundle(bundle_);
  });
}

void audit_verbs::add_gc() {
  auto* verb = app_.add_subcommand(
    "gc", "forget tasks that have ended and were delivered, and what only they "
          "needed; without a limit: as configured (journal.*)");
  verb
    ->add_option("--older-than", gc_.older_than_days,
                 "tasks that ended so many days ago")
    ->check(CLI::NonNegativeNumber)
    ->option_text("DAYS");
  verb->add_option("--keep", gc_.keep, "but not the newest N")
    ->check(CLI::Range(0U, 1'000'000'000U))
    ->option_text("N");
  verb
    ->add_option("--max-mb", gc_.max_mb,
                 "and the oldest, while the journal has more megabytes")
    ->check(CLI::Range(1U, 1'048'576U))
    ->option_text("MB");
  verb
    ->add_option("--abandon", gc_.abandoned,
                 "this task, though nobody has its work, and no others but "
                 "those beyond a limit given; may be repeated")
    ->option_text("ID");
  auto* dry = verb->add_flag("--dry-run", gc_.dry, "only say what would go");
  auto* aside
    = verb
        ->add_option("--set-aside", gc_.set_aside,
                     "instead: take a task with damaged events out of the "
                     "journal, into a file")
        ->option_text("ID")
        ->excludes(dry);
  auto* salvage
    = verb
        ->add_flag("--salvage", gc_.salvages,
                   "instead: make a new journal of what can be read of a file "
                   "that is damaged")
        ->excludes(dry)
        ->excludes(aside);
  for (auto* limit : {"--older-than", "--keep", "--max-mb", "--abandon"})
    for (auto* other : {aside, salvage})
      other->excludes(verb->get_option(limit));
  verb->callback([this] {
    unblock_signals();
    code_ = collect_garbage(gc_, global_);
  });
}

void audit_verbs::add_history() {
  auto* verb = app_.add_subcommand(
    "history", "what was learnt from earlier tasks (learning.enabled: false "
               "turns it off)");
  auto* forgets = verb->add_flag("--forget", history_.forgets,
                                 "instead: forget all of it");
  add_format(*verb, history_.format);
  forgets->excludes(verb->get_option("--output-format"));
  verb->callback([this] {
    unblock_signals();
    code_ = history_of_tasks(history_, global_);
  });
}

} // namespace cohort::nodes
