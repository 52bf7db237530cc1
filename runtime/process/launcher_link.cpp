#include "runtime/process/launcher_link.hpp"

#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace cohort::runtime::process {

namespace {

launcher_link::sent send_message(int socket, const msghdr& message) {
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
      return launcher_link::sent::yes;
    switch (errno) {
      case EINTR:
        continue;
      case EAGAIN:
      case ENOBUFS:
        return launcher_link::sent::full;
      case ETOOMANYREFS: // On their way, of this user.
      case ENOMEM:
        return launcher_link::sent::no_descriptors;
      default:
        return launcher_link::sent::lost;
    }
  }
}

} // namespace

launcher_link::sent launcher_link::start(wire::start header,
                                         const std::string& text, int out,
                                         int err, int input) {
  int fds[wire::start_descriptors_max] = {out, err};
  size_t count = 2;
  if (input >= 0) {
    header.has_input = 1;
    fds[count++] = input;
  }
  descriptor file;
  if (text.size() > wire::inline_text_max) {
    file = memory_file("cohort-command", text);
    if (!file)
      return sent::no_descriptors;
    header.text_in_file = 1;
    fds[count++] = file.get();
  }
  iovec parts[] = {{&header, sizeof header},
                   {const_cast<char*>(text.data()), file ? 0 : text.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  auto* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
  return send(header.id, message);
}

launcher_link::sent launcher_link::kill(uint64_t id) {
  wire::kill request;
  request.id = id;
  iovec part{&request, sizeof request};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  return send(id, message);
}

/// All about one program goes to the process that starts it.
launcher_link::sent launcher_link::send(uint64_t id, const msghdr& message) {
  auto at = id % sockets_.size();
  auto result = send_message(sockets_[at].get(), message);
  if (result == sent::full)
    blocked_ = at;
  return result;
}

std::optional<std::span<const wire::ended>>
launcher_link::receive(std::span<wire::ended> into) {
  bool is_open = false;
  for (auto& socket : sockets_) {
    if (!socket)
      continue;
    auto n = recv(socket.get(), into.data(), into.size_bytes(), MSG_DONTWAIT);
    if (n > 0)
      return into.first(static_cast<size_t>(n) / sizeof(wire::ended));
    // ECONNRESET comes once, before what the launcher said last and its end.
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNRESET))
      is_open = true;
    else
      socket.reset();
  }
  return is_open ? std::optional{into.first(0)} : std::nullopt;
}

void launcher_link::shut_down() {
  for (auto& socket : sockets_)
    shutdown(socket.get(), SHUT_WR);
}

descriptor memory_file(const char* name, const std::string& content) {
  descriptor result{memfd_create(name, MFD_CLOEXEC)};
  if (!result)
    return result;
  for (size_t written = 0; written < content.size();) {
    auto n = pwrite(result.get(), content.data() + written,
                    content.size() - written, static_cast<off_t>(written));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return descriptor{};
    written += static_cast<size_t>(n);
  }
  return result;
}

} // namespace cohort::runtime::process
