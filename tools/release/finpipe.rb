# Formula of finpipe @VERSION@ for Homebrew.
class Finpipe < Formula
  desc "Lands payment events in PostgreSQL, each exactly once, and builds a mart"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license "MIT"

  on_macos do
    on_arm do
      url "@FROM@/finpipe-aarch64-apple-darwin"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@FROM@/finpipe-x86_64-apple-darwin"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@FROM@/finpipe-aarch64-unknown-linux-gnu"
      sha256 "@SHA256:aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "@FROM@/finpipe-x86_64-unknown-linux-gnu"
      sha256 "@SHA256:x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install Dir["finpipe-*"].first => "finpipe"
  end

  test do
    assert_match "finpipe #{version} ", shell_output("#{bin}/finpipe --version")
    system bin/"finpipe", "demo"
  end
end
