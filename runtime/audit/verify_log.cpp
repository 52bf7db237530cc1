#include "runtime/audit/verify_log.hpp"

#include <optional>
#include <set>
#include <utility>

#include "runtime/audit/chain_check.hpp"
#include "runtime/audit/named_trees.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/tree_audit.hpp"

namespace cohort::runtime::audit {

namespace {

namespace fs = std::filesystem;
using workspace::object_store;
using workspace::tree_audit;

/// What one run over the log has open.
class log_verifier {
public:
  log_verifier(journal::ledger& log, const log_places& places)
    : log_{log}, places_{places} {
    // nop
  }

  log_findings run(const std::vector<std::string>& tasks) {
    open_store();
    for (auto& task_id : tasks) {
      ++found_.tasks;
      if (auto fine = check(task_id); !fine)
        found_.bad.push_back({task_id, fine.error().message});
    }
    if (trees_)
      found_.objects = trees_->objects();
    return std::move(found_);
  }

private:
  void open_store() {
    auto trees = tree_audit::open(places_.store);
    if (trees)
      trees_.emplace(std::move(*trees));
    else
      why_no_store_ = trees.error();
  }

  expected<void> check(const std::string& task_id) {
    chain_check chain{task_id};
    expected<void> fine;
    pb::TaskResult result;
    auto read = log_.read(task_id, [&](const journal::event_row& row) {
      auto event = chain.add(row);
      fine = event ? check_trees(*event) : expected<void>{event.error()};
      if (event && event->has_finished())
        result = std::move(*event->mutable_finished()->mutable_result());
      return fine.has_value();
    });
    found_.events += static_cast<uint64_t>(chain.events());
    if (!fine)
      return fine;
    if (!read)
      return error{read.error().code, "task " + task_id + " behind event "
                                        + std::to_string(chain.events()) + ": "
                                        + read.error().message};
    auto seal = log_.seal_of(task_id);
    if (!seal)
      return seal.error();
    found_.seals += *seal ? 1 : 0;
    if (auto end = chain.end(*seal, places_.key); !end)
      return end;
    return check_patch(result);
  }

  expected<void> check_trees(const pb::Event& event) {
    for (auto& tree : named_trees(event)) {
      if (checked_.contains(tree))
        continue;
      auto whole = trees_ ? trees_->check(tree) : expected<void>{why_no_store_};
      if (!whole)
        return error{whole.error().code,
                     "event " + std::to_string(event.sequence()) + " of task "
                       + event.task_id() + ": " + whole.error().message};
      checked_.insert(tree);
      ++found_.trees;
    }
    return {};
  }

  /// A file that is not there any more was taken by whoever wanted it.
  expected<void> check_patch(const pb::TaskResult& result) {
    if (result.patch_file().empty())
      return {};
    std::error_code failed;
    if (!fs::exists(result.patch_file(), failed)) {
      found_.unchecked.push_back("the patch of task " + result.task_id() + ": "
                                 + result.patch_file() + " is not there");
      return {};
    }
    auto store = object_store::open(places_.store);
    if (!store)
      return store.error();
    auto text = workspace::read_file(result.patch_file());
    auto delivered = store->diff(result.patch().base_tree(),
                                 result.patch().result_tree());
    if (!text)
      return text.error();
    if (!delivered)
      return delivered.error();
    if (*text != *delivered)
      return error{errc::invalid_message,
                   "the patch of task " + result.task_id() + ": "
                     + result.patch_file() + " is not what was delivered"};
    return {};
  }

  journal::ledger& log_;
  const log_places& places_;
  log_findings found_;
  std::optional<tree_audit> trees_;
  error why_no_store_;            // Where `trees_` is none.
  std::set<std::string> checked_; // Trees.
};

} // namespace

log_findings verify_log(journal::ledger& log,
                        const std::vector<std::string>& tasks,
                        const log_places& places) {
  return log_verifier{log, places}.run(tasks);
}

} // namespace cohort::runtime::audit
