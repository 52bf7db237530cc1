#include "actors/remote_worker.hpp"

#include <utility>

#include "runtime/errc.hpp"

namespace cohort::actors {

namespace {

using remote_worker_self
  = remote_worker_actor::stateful_pointer<remote_worker_state>;

struct remote_neighbours {
  worker_pool_actor pool;
  link_actor link;
  courier_actor courier;
};

std::string full_name(const remote_worker_settings& settings) {
  return settings.node + '/' + settings.worker;
}

pb::PeerMessage to_node(const remote_worker_settings& settings) {
  pb::PeerMessage result;
  result.set_session(settings.session);
  result.mutable_message()->mutable_to_worker()->set_worker(settings.worker);
  return result;
}

void report(remote_worker_self self, const remote_neighbours& others,
            const remote_worker_settings& settings,
            std::vector<pb::FinishedAttempt> finished) {
  if (finished.empty())
    return;
  pb::AttemptsFinished out;
  out.set_worker(full_name(settings));
  out.set_incarnation(settings.hello.incarnation());
  for (auto& one : finished) {
    one.mutable_result()->set_worker(full_name(settings));
    *out.add_finished() = std::move(one);
  }
  self->send(others.pool, std::move(out));
}

/// What changed nothing goes on at once; a patch when its tree is here.
void on_finished(remote_worker_self self, const remote_neighbours& others,
                 const remote_worker_settings& settings,
                 const pb::AttemptsFinished& message) {
  auto& given = self->state.given;
  std::vector<pb::FinishedAttempt> at_once;
  for (auto finished : message.finished()) {
    auto found = given.find({finished.sequence(), finished.attempt()});
    if (found == given.end())
      continue;
    auto base = std::move(found->second);
    given.erase(found);
    auto& result = *finished.mutable_result();
    if (!result.has_patch() || result.patch().result_tree() == base) {
      at_once.push_back(std::move(finished));
      continue;
    }
    result.mutable_patch()->set_base_tree(base);
    auto tree = result.patch().result_tree();
    pb::FetchTree fetch;
    fetch.set_session(settings.session);
    fetch.set_tree(tree);
    self->state.arriving[tree].push_back(std::move(finished));
    self->send(others.courier, std::move(fetch));
  }
  report(self, others, settings, std::move(at_once));
}

void on_fetched(remote_worker_self self, const remote_neighbours& others,
                const remote_worker_settings& settings,
                const pb::TreeFetched& fetched) {
  auto found = self->state.arriving.find(fetched.tree());
  if (found == self->state.arriving.end())
    return;
  auto finished = std::move(found->second);
  self->state.arriving.erase(found);
  // The node's fault, unless it is our own disk that is full.
  auto code = static_cast<runtime::errc>(fetched.code());
  if (code != runtime::errc::storage_failed)
    code = runtime::errc::crashed;
  if (fetched.code() != 0)
    for (auto& one : finished) {
      auto& result = *one.mutable_result();
      result.clear_payload();
      result.clear_patch();
      result.mutable_error()->set_code(static_cast<uint32_t>(code));
      result.mutable_error()->set_message(fetched.message());
      result.mutable_error()->set_recoverable(true);
    }
  report(self, others, settings, std::move(finished));
}

void on_word(remote_worker_self self, const remote_neighbours& others,
             const remote_worker_settings& settings,
             const pb::FromWorker& word) {
  switch (word.what_case()) {
    case pb::FromWorker::kFinished:
      return on_finished(self, others, settings, word.finished());
    case pb::FromWorker::kProgress:
      return self->send(others.pool, word.progress());
    case pb::FromWorker::kCancelled: {
      auto out = word.cancelled();
      self->state.given.erase({out.sequence(), out.attempt()});
      out.set_worker(full_name(settings));
      return self->send(others.pool, std::move(out));
    }
    case pb::FromWorker::kGone:
      return self->quit(caf::exit_reason::user_shutdown);
    default:
      return; // A hello makes another one of these.
  }
}

} // namespace

remote_worker_actor::behavior_type
remote_worker(remote_worker_self self, worker_pool_actor pool, link_actor link,
              courier_actor courier, remote_worker_settings settings) {
  remote_neighbours others{std::move(pool), std::move(link),
                           std::move(courier)};
  auto hello = settings.hello;
  hello.set_worker(full_name(settings));
  hello.set_node(settings.node);
  hello.set_brings_core(true);
  self->send(others.pool, std::move(hello));
  return {
    [=](pb::Assignments& assignments) {
      for (auto& one : assignments.assignments())
        self->state.given[{one.sequence(), one.attempt()}] = one.unit().tree();
      auto out = to_node(settings);
      *out.mutable_message()->mutable_to_worker()->mutable_assignments()
        = std::move(assignments);
      self->send(others.link, std::move(out));
    },
    [=](const pb::CancelAttempt& cancel) {
      auto out = to_node(settings);
      *out.mutable_message()->mutable_to_worker()->mutable_cancel() = cancel;
      self->send(others.link, std::move(out));
    },
    [=](const pb::FromWorker& word) { on_word(self, others, settings, word); },
    [=](const pb::TreeFetched& fetched) {
      on_fetched(self, others, settings, fetched);
    },
    [=](const pb::Drain&) { self->send(others.pool, pb::RetireWorker{}); },
  };
}

} // namespace cohort::actors
