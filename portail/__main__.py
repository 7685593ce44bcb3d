from portail.cli import main

raise SystemExit(main())
