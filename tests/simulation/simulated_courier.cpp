#include "tests/simulation/simulated_courier.hpp"

#include "runtime/errc.hpp"

namespace cohort::tests::simulation {

namespace {

using runtime::errc;
using courier_self
  = actors::courier_actor::stateful_pointer<simulated_courier_state>;

void tell(courier_self self, uint64_t session, const std::string& tree,
          errc code) {
  auto found = self->state.waiting.find({session, tree});
  if (found == self->state.waiting.end())
    return;
  pb::TreeFetched report;
  report.set_session(session);
  report.set_tree(tree);
  report.set_code(static_cast<uint32_t>(code));
  for (auto& asker : found->second)
    actors::reply_to(self, asker, report);
  self->state.waiting.erase(found);
}

void on_fetch(courier_self self, const actors::link_actor& link,
              const tree_room& trees, const pb::FetchTree& ask) {
  auto& askers = self->state.waiting[{ask.session(), ask.tree()}];
  askers.push_back(self->current_sender());
  if (trees.count(ask.tree()) > 0)
    return tell(self, ask.session(), ask.tree(), errc::none);
  if (askers.size() > 1)
    return;
  pb::PeerMessage out;
  out.set_session(ask.session());
  auto& wanted = *out.mutable_message()->mutable_objects_wanted();
  wanted.set_ask(self->state.next_ask++);
  wanted.add_ids(ask.tree());
  self->send(link, std::move(out));
}

void on_wanted(courier_self self, const tree_room& trees, uint64_t session,
               const pb::ObjectsWanted& wanted) {
  pb::PeerMessage out;
  out.set_session(session);
  auto& sent = *out.mutable_message()->mutable_objects_sent();
  sent.set_ask(wanted.ask());
  for (auto& tree : wanted.ids())
    if (trees.count(tree) > 0)
      sent.add_parts()->set_id(tree);
    else
      sent.add_unknown(tree);
  actors::reply_to(self, self->current_sender(), std::move(out));
}

void on_sent(courier_self self, tree_room& trees, uint64_t session,
             const pb::ObjectsSent& sent) {
  for (auto& part : sent.parts()) {
    trees.insert(part.id());
    tell(self, session, part.id(), errc::none);
  }
  for (auto& tree : sent.unknown())
    tell(self, session, tree, errc::not_found);
}

void on_gone(courier_self self, uint64_t session) {
  auto& waiting = self->state.waiting;
  while (true) {
    auto next = waiting.lower_bound({session, ""});
    if (next == waiting.end() || next->first.first != session)
      return;
    tell(self, session, std::string{next->first.second}, errc::crashed);
  }
}

} // namespace

actors::courier_actor::behavior_type
simulated_courier(courier_self self, actors::link_actor link,
                  std::shared_ptr<tree_room> trees) {
  return {
    [=](const pb::FetchTree& ask) { on_fetch(self, link, *trees, ask); },
    [=](const pb::PeerMessage& peer) {
      auto& message = peer.message();
      if (message.has_objects_sent())
        on_sent(self, *trees, peer.session(), message.objects_sent());
      else if (message.has_objects_wanted())
        on_wanted(self, *trees, peer.session(), message.objects_wanted());
    },
    [=](const pb::PeerGone& gone) { on_gone(self, gone.session()); },
  };
}

} // namespace cohort::tests::simulation
