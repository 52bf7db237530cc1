#include "tests/simulation/effects.hpp"

#include <utility>

#include <caf/send.hpp>

#include "runtime/errc.hpp"

namespace cohort::tests::simulation {

namespace {

using namespace std::chrono_literals;
using runtime::errc;
using store_self
  = actors::storekeeper_actor::stateful_pointer<simulated_store_state>;

/// The store's own words, after a while.
template <class Report>
void answer_later(store_self self, const std::shared_ptr<surroundings>& around,
                  const store_state& state, Report report) {
  auto most = static_cast<uint64_t>(state.longest.count());
  auto delay = std::chrono::milliseconds{around->random.between(0, most)};
  auto asker = self->current_sender();
  auto own = actors::storekeeper_actor{self};
  around->play.after(delay, [asker, own, report] {
    using handle = caf::typed_actor<actors::accepts<Report>>;
    if (asker)
      caf::send_as(own, caf::actor_cast<handle>(asker), report);
  });
}

void refuse_later(store_self self, const std::shared_ptr<surroundings>& around,
                  const store_state& state, errc code, const std::string& why) {
  pb::StoreFailed failed;
  failed.set_code(static_cast<uint32_t>(code));
  failed.set_message(why);
  answer_later(self, around, state, std::move(failed));
}

/// Answers with `report`, when all `trees` are here and it has room for its
/// own.
template <class Report>
void answer(store_self self, const std::shared_ptr<surroundings>& around,
            store_state& state, const std::vector<std::string>& trees,
            const Report& report) {
  for (auto& tree : trees)
    if (state.trees->count(tree) == 0)
      return refuse_later(self, around, state, errc::internal,
                          "the store has not got " + tree);
  if constexpr (requires { report.tree(); }) {
    if (state.is_full)
      return refuse_later(self, around, state, errc::storage_failed,
                          "the disk is full");
    if (!report.tree().empty())
      state.trees->insert(report.tree());
  }
  answer_later(self, around, state, report);
}

class simulated_runner final : public runtime::execution::unit_runner {
public:
  simulated_runner(std::shared_ptr<surroundings> around,
                   std::shared_ptr<site> where)
    : around_{std::move(around)}, where_{std::move(where)} {
    // nop
  }

  std::optional<pb::AttemptResult> start(const pb::Assignment& assignment,
                                         completion done) override {
    running_ = std::make_shared<completion>(std::move(done));
    is_stuck_ = std::exchange(where_->is_stuck, false);
    if (is_stuck_ || std::exchange(where_->hangs, false))
      return std::nullopt;
    auto& unit = assignment.unit();
    auto [least, most] = unit.has_repair() ? std::pair{50, 400}
                                           : std::pair{5, 100};
    auto time = around_->random.between(static_cast<uint64_t>(least),
                                        static_cast<uint64_t>(most))
                * where_->slowness;
    finish_later(std::chrono::milliseconds{time}, carry_out(assignment));
    return std::nullopt;
  }

  void on_progress(std::function<void()>) override {
    // Nothing takes so long that its lease must be renewed.
  }

  void cancel() override {
    if (is_stuck_)
      return;
    pb::AttemptResult result;
    result.mutable_error()->set_code(static_cast<uint32_t>(errc::cancelled));
    auto delay = std::chrono::milliseconds{around_->random.between(1, 20)};
    finish_later(delay, std::move(result));
  }

private:
  pb::AttemptResult carry_out(const pb::Assignment& assignment) {
    auto& unit = assignment.unit();
    pb::AttemptResult result;
    if (std::exchange(where_->is_failing, false))
      fail(result, errc::crashed, "the compiler crashed", true);
    else if (where_->trees->count(unit.tree()) == 0)
      fail(result, errc::internal, "the slot has not got " + unit.tree(),
           false);
    else
      result = around_->worlds.at(unit.workspace_root()).carry_out(unit);
    if (result.has_patch())
      where_->trees->insert(result.patch().result_tree());
    result.add_artifacts()->set_name(
      maker_of(where_->worker, assignment.head_epoch(), assignment.attempt()));
    return result;
  }

  static void fail(pb::AttemptResult& result, errc code, const std::string& why,
                   bool recoverable) {
    result.mutable_error()->set_code(static_cast<uint32_t>(code));
    result.mutable_error()->set_message(why);
    result.mutable_error()->set_recoverable(recoverable);
  }

  /// Whoever comes first, the result or the word that it was stopped, is told.
  void finish_later(std::chrono::milliseconds delay, pb::AttemptResult result) {
    std::weak_ptr<completion> weak = running_;
    around_->play.after(delay, [weak, result] {
      if (auto done = weak.lock(); done && *done)
        std::exchange(*done, nullptr)(result);
    });
  }

  std::shared_ptr<surroundings> around_;
  std::shared_ptr<site> where_;
  std::shared_ptr<completion> running_; // Gone with the runner.
  bool is_stuck_ = false;
};

} // namespace

std::string maker_of(const std::string& worker, uint64_t epoch,
                     uint32_t attempt) {
  return worker + " epoch " + std::to_string(epoch) + " attempt "
         + std::to_string(attempt);
}

actors::storekeeper_actor::behavior_type
simulated_store(store_self self, std::shared_ptr<surroundings> around,
                std::shared_ptr<store_state> store) {
  return {
    [=](const pb::TakeSnapshot& ask) {
      pb::SnapshotReport report;
      report.set_tree(name_of(around->worlds.at(ask.workspace_root()).faults));
      answer(self, around, *store, {}, report);
    },
    [=](const pb::MergePatch& ask) {
      auto report = merge(ask);
      if (store->conflicts > 0 && report.files_size() > 0) {
        --store->conflicts;
        report.add_conflicts(report.files(0));
        report.clear_tree();
        report.clear_files();
      }
      answer(self, around, *store, {ask.base(), ask.ours(), ask.theirs()},
             report);
    },
    [=](const pb::RevertFiles& ask) {
      answer(self, around, *store, {ask.base(), ask.tree()}, revert(ask));
    },
    [=](const pb::CompareTrees& ask) {
      answer(self, around, *store, {ask.base(), ask.tree()}, compare(ask));
    },
    [=](const pb::DeliverResult& ask) {
      store->deliveries[ask.task_id()] = ask;
      pb::DeliveryReport report;
      report.set_branch("cohort/" + ask.task_id());
      answer(self, around, *store, {ask.base_tree(), ask.result_tree()},
             report);
    },
  };
}

actors::judge_actor::behavior_type
simulated_judge(actors::judge_actor::pointer self,
                runtime::council::judge_function decide,
                std::shared_ptr<bool> is_silent) {
  return {[=](const pb::JudgeRequest& request) {
    if (!*is_silent)
      actors::reply_to(self, self->current_sender(), decide(request));
  }};
}

std::unique_ptr<runtime::execution::unit_runner>
make_simulated_runner(std::shared_ptr<surroundings> around,
                      std::shared_ptr<site> where) {
  return std::make_unique<simulated_runner>(std::move(around),
                                            std::move(where));
}

} // namespace cohort::tests::simulation
