#include "runtime/audit/bundle.hpp"
#include "runtime/audit/bundle_line.hpp"
#include "runtime/audit/chain_check.hpp"
#include "runtime/workspace/tree_audit.hpp"
#include "runtime/workspace/tree_pieces.hpp"

namespace cohort::runtime::audit {

namespace {

using workspace::tree_pieces;

expected<void> put(line_writer& out, const json& line) {
  return out.write(line.dump());
}

/// The events; `gates` gets the lines for people, `finished` the result.
expected<void> put_events(journal::ledger& log, const std::string& task_id,
                          chain_check& chain, line_writer& out,
                          std::vector<json>& gates, pb::TaskResult& result) {
  expected<void> done;
  auto read = log.read(task_id, [&](const journal::event_row& row) {
    auto event = chain.add(row);
    if (!event) {
      done = event.error();
      return false;
    }
    if (event->has_gates())
      gates.push_back({{"kind", "gates"},
                       {"sequence", row.sequence},
                       {"reports", reports_json(event->gates())}});
    if (event->has_finished())
      result = event->finished().result();
    done = put(out, {{"kind", "event"},
                     {"sequence", row.sequence},
                     {"hash", journal::to_hex(row.hash)},
                     {"body", to_base64(row.body)}});
    return done.has_value();
  });
  return done ? read : done;
}

expected<void> put_seal(const journal::seal& seal,
                        const journal::public_key& key, line_writer& out) {
  auto done = put(out, {{"kind", "seal"},
                        {"sequence", seal.sequence},
                        {"hash", journal::to_hex(seal.hash)},
                        {"key", journal::to_hex(seal.key)},
                        {"signature", journal::to_hex(seal.signature)}});
  return done ? put(out, {{"kind", "key"}, {"pem", key.pem()}}) : done;
}

expected<void> put_change(const std::filesystem::path& store,
                          const pb::Patch& patch, line_writer& out) {
  auto whole = workspace::tree_audit::open(store);
  if (!whole)
    return whole.error();
  for (auto* tree : {&patch.base_tree(), &patch.result_tree()})
    if (auto there = whole->check(*tree); !there)
      return there;
  auto pieces = tree_pieces::open(store);
  if (!pieces)
    return pieces.error();
  if (auto done = put(out, {{"kind", "change"},
                            {"base", patch.base_tree()},
                            {"result", patch.result_tree()}});
      !done)
    return done;
  auto folders = pieces->folders(patch.base_tree(), patch.result_tree());
  if (!folders)
    return folders.error();
  for (auto& id : *folders) {
    auto bytes = pieces->read(id);
    if (!bytes)
      return bytes.error();
    if (auto done = put(out,
                        {{"kind", "folder"}, {"content", to_base64(*bytes)}});
        !done)
      return done;
  }
  auto changes = pieces->changes(patch.base_tree(), patch.result_tree());
  if (!changes)
    return changes.error();
  for (auto& change : *changes) {
    json line{{"kind", "file"}, {"path", change.path}};
    if (!change.blob.empty()) {
      auto bytes = pieces->read(change.blob);
      if (!bytes)
        return bytes.error();
      line["mode"] = change.mode;
      line["content"] = to_base64(*bytes);
    }
    if (auto done = put(out, line); !done)
      return done;
  }
  return {};
}

} // namespace

expected<void>
write_bundle(journal::ledger& log, const std::filesystem::path& store,
             const journal::public_key& key, const std::string& task_id,
             const std::filesystem::path& file) {
  auto seal = log.seal_of(task_id);
  if (!seal)
    return seal.error();
  if (!*seal)
    return error{errc::invalid_request,
                 "task " + task_id + " has not ended: nothing is sealed yet"};
  auto out = line_writer::open(file);
  if (!out)
    return out.error();
  auto done = put(*out,
                  {{"kind", "bundle"}, {"version", 1}, {"task", task_id}});
  chain_check chain{task_id};
  std::vector<json> gates;
  pb::TaskResult result;
  if (done)
    done = put_events(log, task_id, chain, *out, gates, result);
  if (done)
    done = chain.end(*seal, key);
  if (done)
    done = put_seal(**seal, key, *out);
  for (auto& line : gates)
    if (done)
      done = put(*out, line);
  auto& patch = result.patch();
  if (done && patch.base_tree() != patch.result_tree())
    done = put_change(store, patch, *out);
  if (done)
    done = put(*out, {{"kind", "end"}});
  return done ? out->finish() : done;
}

} // namespace cohort::runtime::audit
