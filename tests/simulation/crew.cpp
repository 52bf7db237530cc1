#include "tests/simulation/crew.hpp"

#include <utility>

#include <caf/send.hpp>

#include "actors/root_supervisor.hpp"
#include "actors/worker.hpp"

namespace cohort::tests::simulation {

crew::crew(std::shared_ptr<surroundings> around,
           std::vector<std::shared_ptr<site>> sites,
           actors::dispatcher_actor dispatcher)
  : around_{std::move(around)},
    sites_{std::move(sites)},
    dispatcher_{std::move(dispatcher)},
    workers_(sites_.size()) {
  std::vector<actors::child> children;
  for (size_t number = 0; number < sites_.size(); ++number)
    children.push_back({"worker " + sites_[number]->worker, start(number, 1),
                        [this, number](uint64_t incarnation) {
                          return start(number, incarnation);
                        }});
  actors::root_settings settings;
  settings.restarts = 1000;
  supervisor_ = around_->play.spawn(actors::root_supervisor,
                                    std::move(children), settings);
}

caf::actor crew::start(size_t number, uint64_t incarnation) {
  actors::worker_settings settings;
  settings.name = "w" + std::to_string(number + 1);
  settings.node = "local";
  settings.incarnation = incarnation;
  settings.credits = 2;
  for (auto kind :
       {pb::SPECIALTY_KIND_COMPILATION_ERRORS, pb::SPECIALTY_KIND_GENERALIST})
    settings.specialties.emplace_back().set_kind(kind);
  auto runner = make_simulated_runner(around_, sites_[number]);
  auto handle = around_->play.spawn(actors::worker, dispatcher_,
                                    std::move(settings),
                                    actors::hand_over(std::move(runner)));
  return workers_[number] = caf::actor_cast<caf::actor>(handle);
}

void crew::crash(size_t number) {
  caf::anon_send_exit(workers_[number], caf::exit_reason::kill);
}

void crew::end() {
  caf::anon_send_exit(supervisor_, caf::exit_reason::kill);
  for (auto& worker : workers_)
    caf::anon_send_exit(worker, caf::exit_reason::kill);
}

std::vector<std::shared_ptr<site>>
make_sites(const std::string& prefix, unsigned count,
           const std::shared_ptr<tree_room>& trees) {
  std::vector<std::shared_ptr<site>> result;
  for (unsigned i = 1; i <= count; ++i) {
    auto& added = *result.emplace_back(std::make_shared<site>());
    added.worker = prefix + "w" + std::to_string(i);
    added.trees = trees;
  }
  return result;
}

} // namespace cohort::tests::simulation
