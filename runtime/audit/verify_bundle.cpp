#include <algorithm>
#include <map>

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include "runtime/audit/bundle.hpp"
#include "runtime/audit/bundle_line.hpp"
#include "runtime/audit/chain_check.hpp"
#include "runtime/workspace/files.hpp"
#include "runtime/workspace/object_store.hpp"
#include "runtime/workspace/tree_pieces.hpp"

namespace cohort::runtime::audit {

namespace {

using google::protobuf::util::MessageDifferencer;
using workspace::file_change;
using workspace::object_store;
using workspace::tree_pieces;

error not_so(const std::string& why) {
  return {errc::invalid_message, "the bundle does not hold: " + why};
}

bool is_mode(int64_t mode) {
  return mode == 0100644 || mode == 0100755 || mode == 0120000;
}

/// Takes line after line; what a line may be depends on the one before.
class bundle_verifier {
public:
  explicit bundle_verifier(const bundle_check& how) : how_{how} {
    // nop
  }

  expected<void> take(std::string_view text) {
    auto line = parse_line(text);
    if (!line)
      return line.error();
    auto kind = text_of(*line, "kind");
    if (!kind)
      return kind.error();
    auto known
      = std::find_if(std::begin(kinds), std::end(kinds),
                     [&](const line_kind& one) { return one.name == *kind; });
    if (known == std::end(kinds) || !may_follow(known - std::begin(kinds)))
      return not_so("a line of kind '" + kind->substr(0, 40)
                    + "' stands where none may be");
    at_ = known - std::begin(kinds);
    return (this->*known->take)(*line);
  }

  expected<bundle_findings> end() {
    if (at_ != end_kind)
      return not_so("its last line is missing");
    found_.task_id = task_id_;
    found_.key = journal::to_hex(seal_.key);
    found_.checked.push_back(std::to_string(chain_->events())
                             + " events, each chained to the one before");
    found_.checked.push_back("the seal of the last one");
    found_.checked.push_back("the gate reports, as in the events: "
                             + std::to_string(gates_taken_));
    if (!how_.key)
      found_.unchecked.push_back("whose key it is that sealed: give the head's "
                                 "with --public-key");
    if (auto done = check_change(); !done)
      return done.error();
    return std::move(found_);
  }

private:
  struct line_kind {
    std::string_view name;
    expected<void> (bundle_verifier::*take)(const json&);
    bool repeats;
    bool may_lack;
  };
  static const line_kind kinds[9];
  static constexpr std::ptrdiff_t end_kind = 8;

  [[nodiscard]] bool may_follow(std::ptrdiff_t next) const {
    if (next == at_)
      return kinds[next].repeats;
    if (next < at_)
      return false;
    return std::all_of(kinds + (at_ + 1), kinds + next,
                       [](const line_kind& one) { return one.may_lack; });
  }

  expected<void> take_head(const json& line) {
    if (auto fine = has_only(line, {"task", "version"}); !fine)
      return fine;
    auto version = number_of(line, "version");
    auto task_id = text_of(line, "task");
    if (!version || !task_id)
      return version ? task_id.error() : version.error();
    if (*version != 1)
      return not_so("it has version " + std::to_string(*version)
                    + "; this cohort knows version 1");
    task_id_ = *task_id;
    chain_.emplace(task_id_);
    return {};
  }

  expected<void> take_event(const json& line) {
    if (auto fine = has_only(line, {"sequence", "hash", "body"}); !fine)
      return fine;
    auto sequence = number_of(line, "sequence");
    auto hash = hex_of(line, "hash");
    auto body = bytes_of(line, "body");
    if (!sequence || !hash || !body)
      return !sequence ? sequence.error() : !hash ? hash.error() : body.error();
    auto event = chain_->add(*sequence, *hash, *body);
    if (!event)
      return event.error();
    if (event->has_gates())
      gates_.emplace(*sequence, std::move(*event->mutable_gates()));
    if (event->has_finished())
      patch_ = event->finished().result().patch();
    return {};
  }

  expected<void> take_seal(const json& line) {
    if (auto fine = has_only(line, {"sequence", "hash", "key", "signature"});
        !fine)
      return fine;
    auto sequence = number_of(line, "sequence");
    auto hash = hex_of(line, "hash");
    auto key = hex_of(line, "key");
    auto signature = hex_of(line, "signature");
    if (!sequence || !hash || !key || !signature)
      return !sequence ? sequence.error()
             : !hash   ? hash.error()
             : !key    ? key.error()
                       : signature.error();
    seal_ = {task_id_, static_cast<uint64_t>(*sequence), *hash, *key,
             *signature};
    return {};
  }

  expected<void> take_key(const json& line) {
    if (auto fine = has_only(line, {"pem"}); !fine)
      return fine;
    auto pem = text_of(line, "pem");
    if (!pem)
      return pem.error();
    auto own = journal::public_key::parse(*pem, "the key in the bundle");
    if (!own || own->pem() != *pem || own->bytes() != seal_.key)
      return not_so("its key is not the seal's");
    return chain_->end(seal_, how_.key ? *how_.key : *own);
  }

  expected<void> take_gates(const json& line) {
    if (auto fine = has_only(line, {"sequence", "reports"}); !fine)
      return fine;
    auto sequence = number_of(line, "sequence");
    if (!sequence)
      return sequence.error();
    auto event = gates_.find(*sequence);
    if (event == gates_.end())
      return not_so("event " + std::to_string(*sequence)
                    + " has no gate reports");
    // All else that the event has stands in it, and not for people here.
    auto said = event->second;
    said.clear_reports();
    for (auto& report : line["reports"])
      if (!google::protobuf::util::JsonStringToMessage(report.dump(),
                                                       said.add_reports())
             .ok())
        return not_so("a gate report of event " + std::to_string(*sequence)
                      + " is none");
    if (!MessageDifferencer::Equals(said, event->second))
      return not_so("the gate reports of event " + std::to_string(*sequence)
                    + " are not what the event says");
    gates_taken_ += static_cast<size_t>(said.reports_size());
    gates_.erase(event);
    return {};
  }

  expected<void> take_change(const json& line) {
    if (auto fine = has_only(line, {"base", "result"}); !fine)
      return fine;
    auto base = text_of(line, "base");
    auto result = text_of(line, "result");
    if (!base || !result)
      return base ? result.error() : base.error();
    if (*base != patch_.base_tree() || *result != patch_.result_tree())
      return not_so("its trees are not those of the task's result");
    auto made = object_store::open(how_.scratch);
    if (!made)
      return made.error();
    auto pieces = tree_pieces::open(how_.scratch);
    if (!pieces)
      return pieces.error();
    pieces_.emplace(std::move(*pieces));
    return {};
  }

  expected<void> take_folder(const json& line) {
    if (!pieces_)
      return not_so("a folder stands there without a change");
    if (auto fine = has_only(line, {"content"}); !fine)
      return fine;
    auto bytes = bytes_of(line, "content");
    if (!bytes)
      return bytes.error();
    auto id = pieces_->add_folder(*bytes);
    if (!id)
      return id.error();
    folders_.push_back(*id);
    return {};
  }

  expected<void> take_file(const json& line) {
    if (!pieces_)
      return not_so("a file stands there without a change");
    auto path = text_of(line, "path");
    if (!path)
      return path.error();
    if (!workspace::is_safe_path(*path))
      return not_so("the path '" + path->substr(0, 80)
                    + "' leaves the workspace");
    if (!files_.empty() && files_.back().path >= *path)
      return not_so("the file " + path->substr(0, 80)
                    + " stands at a wrong place");
    files_.push_back({*path, "", 0});
    if (!line.contains("content"))
      return has_only(line, {"path"});
    if (auto fine = has_only(line, {"path", "mode", "content"}); !fine)
      return fine;
    auto mode = number_of(line, "mode");
    auto bytes = bytes_of(line, "content");
    if (!mode || !bytes)
      return mode ? bytes.error() : mode.error();
    if (!is_mode(*mode))
      return not_so("the file " + *path + " has a mode that git has not");
    auto id = pieces_->add_file(*bytes);
    if (!id)
      return id.error();
    files_.back() = {*path, *id, static_cast<uint32_t>(*mode)};
    return {};
  }

  expected<void> take_end(const json& line) {
    return has_only(line, {});
  }

  /// The files are what the folders say; the folders are those of both trees;
  /// the result's id is in a sealed event.
  expected<void> check_change() {
    if (!gates_.empty())
      return not_so("the gate reports of event "
                    + std::to_string(gates_.begin()->first) + " are missing");
    auto nothing_changed = patch_.base_tree() == patch_.result_tree();
    if (nothing_changed != !pieces_)
      return not_so(nothing_changed ? "it has a change, the task made none"
                                    : "the task's change is missing");
    if (nothing_changed) {
      found_.checked.push_back("that nothing was changed");
      return {};
    }
    auto said = pieces_->changes(patch_.base_tree(), patch_.result_tree());
    if (!said)
      return not_so("a folder is missing or not what it was: "
                    + said.error().message);
    auto needed = pieces_->folders(patch_.base_tree(), patch_.result_tree());
    if (!needed)
      return needed.error();
    if (*needed != folders_)
      return not_so("it has folders that are none of the change");
    auto differs = std::mismatch(said->begin(), said->end(), files_.begin(),
                                 files_.end());
    if (differs.first != said->end() || differs.second != files_.end())
      return not_so("the file "
                    + (differs.first != said->end() ? differs.first->path
                                                    : differs.second->path)
                    + " is not what the task delivered");
    found_.checked.push_back(
      std::to_string(files_.size())
      + " changed files, which lead to the result's tree "
      + patch_.result_tree());
    return make_again();
  }

  expected<void> make_again() {
    if (how_.repository.empty()) {
      found_.unchecked.push_back("that the change makes the same tree on its "
                                 "base, tree "
                                 + patch_.base_tree()
                                 + ": say where it is with --repository");
      return {};
    }
    if (auto there = pieces_->borrow(how_.repository, patch_.base_tree());
        !there)
      return there;
    auto made = pieces_->apply(patch_.base_tree(), files_);
    if (!made)
      return made.error();
    if (*made != patch_.result_tree())
      return not_so("on its base the change makes tree " + *made + ", not "
                    + patch_.result_tree());
    found_.checked.push_back("the change makes tree " + *made + " on its base "
                             + patch_.base_tree() + " in "
                             + how_.repository.string());
    return {};
  }

  const bundle_check& how_;
  std::ptrdiff_t at_ = -1; // The kind of the last line.
  std::string task_id_;
  std::optional<chain_check> chain_;
  journal::seal seal_;
  std::map<int64_t, pb::GatesDecided> gates_; // By event; not yet repeated.
  size_t gates_taken_ = 0;
  pb::Patch patch_;
  std::optional<tree_pieces> pieces_;
  std::vector<std::string> folders_;
  std::vector<file_change> files_;
  bundle_findings found_;
};

const bundle_verifier::line_kind bundle_verifier::kinds[9] = {
  {"bundle", &bundle_verifier::take_head, false, false},
  {"event", &bundle_verifier::take_event, true, false},
  {"seal", &bundle_verifier::take_seal, false, false},
  {"key", &bundle_verifier::take_key, false, false},
  {"gates", &bundle_verifier::take_gates, true, true},
  {"change", &bundle_verifier::take_change, false, true},
  {"folder", &bundle_verifier::take_folder, true, true},
  {"file", &bundle_verifier::take_file, true, true},
  {"end", &bundle_verifier::take_end, false, false},
};

} // namespace

expected<bundle_findings> verify_bundle(const byte_source& source,
                                        const bundle_check& how) {
  bundle_verifier verifier{how};
  auto done = unpack_lines(source, [&](std::string_view line) {
    return verifier.take(line);
  });
  if (!done)
    return done.error();
  return verifier.end();
}

} // namespace cohort::runtime::audit
